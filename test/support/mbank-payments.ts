import {
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  CreateTransitDocument,
} from '../../schema/operations.ts';
import { type Call, newPhone, rub } from './builders.ts';
import type { TestMbank } from './mbank.ts';
import { linkedWallet } from './provider-wallets.ts';

const PHONE = '+79261111111';

/** What a mutation answers, refusals included. */
export interface Asked {
  __typename: string;
  payment?: { id: string };
}

/** A payment of 100 rubles of one kind, by a wallet at mbank that holds 1,000 (or by nobody's). */
export interface PaymentKind {
  title: string;
  /** The operation that creates it at mbank. */
  operation: string;
  /** Does a person type a card on mbank's page? */
  page: boolean;
  /** What is held while its outcome is unknown, minor units. */
  held: bigint;
  /** What the wallet has when it is completed. */
  after: string;
  /** Asks for it; the answer is the mutation's. */
  create(payer: Payer, idempotencyKey: string): Promise<Asked | null | undefined>;
}

/** Who pays, and what they can pay to. */
export interface Payer {
  call: Call;
  walletId: string;
  /** A wallet at mbank that gets a transfer. */
  otherId: string;
  /** Our id of the service 834, which asks for a phone. */
  serviceId: string;
}

/** A payer with 1,000 rubles at mbank, and an empty wallet beside it. */
export async function newPayer(call: Call, mbank: TestMbank, serviceId: string): Promise<Payer> {
  const walletId = await linkedWallet(call, mbank, 1_000, newPhone());
  return { call, walletId, otherId: await linkedWallet(call, mbank, 0, newPhone()), serviceId };
}

const amount = rub('100');
const service = (serviceId: string) => ({ serviceId, parameters: [{ id: 'phoneNumber', value: PHONE }] });

/** Every kind of payment that mbank has. */
export const paymentKinds: PaymentKind[] = [
  {
    title: 'top-up by card',
    operation: 'payments.create.in',
    page: true,
    held: 0n,
    after: '1100.00',
    create: async ({ call, walletId }, idempotencyKey) =>
      (await call(CreateTopUpDocument, { input: { idempotencyKey, walletId, amount, method: 'CARD' } })).topUpCreate,
  },
  {
    title: 'transfer',
    operation: 'payments.create.p2p',
    page: false,
    held: 10_000n,
    after: '900.00',
    create: async ({ call, walletId, otherId }, idempotencyKey) => {
      const input = { idempotencyKey, fromWalletId: walletId, to: { walletId: otherId }, amount };
      return (await call(CreateTransferDocument, { input })).transferCreate;
    },
  },
  {
    title: 'payout',
    operation: 'payments.create.out',
    page: false,
    held: 10_300n,
    after: '897.00',
    create: async ({ call, walletId }, idempotencyKey) => {
      const input = { idempotencyKey, fromWalletId: walletId, amount, destination: { phone: PHONE } };
      return (await call(CreatePayoutDocument, { input })).payoutCreate;
    },
  },
  {
    title: 'transit by a wallet',
    operation: 'payments.create.inout',
    page: true,
    held: 0n,
    after: '1000.00',
    create: async ({ call, walletId, serviceId }, idempotencyKey) =>
      (await call(CreateTransitDocument, { input: { idempotencyKey, walletId, amount, service: service(serviceId) } }))
        .transitCreate,
  },
  {
    title: 'anonymous transit',
    operation: 'payments.create.anonymous',
    page: true,
    held: 0n,
    after: '1000.00',
    create: async ({ call, serviceId }, idempotencyKey) =>
      (await call(CreateTransitDocument, { input: { idempotencyKey, amount, service: service(serviceId) } }))
        .transitCreate,
  },
];
