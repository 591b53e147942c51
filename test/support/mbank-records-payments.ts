import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { expect, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTransferDocument,
  CreateTransitDocument,
  MarkPaymentsSeenDocument,
  PaymentDetailsDocument,
  RecordRemittanceDocument,
  RequestServiceDocument,
  SendReceiptDocument,
  UnseenPaymentsDocument,
  UpdatePaymentDocument,
} from '../../schema/operations.ts';
import { done, rub, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite, stateOf, walletState } from './mbank-desk.ts';

async function completes({ gateway }: Desk, paymentId: string): Promise<void> {
  const { payment } = gateway.deps.db.prisma;
  const status = async () => (await payment.findUniqueOrThrow({ where: { id: paymentId } })).status;
  await vi.waitFor(async () => expect(await status()).toBe('COMPLETED'), { timeout: 15_000 });
}

/** An anonymous transit that is completed: the only payment of which mbank mails a receipt. */
async function paidTransit(desk: Desk): Promise<string> {
  const service = { serviceId: desk.serviceId, parameters: [{ id: 'phoneNumber', value: '+79261111111' }] };
  const input = { idempotencyKey: unique('transit'), amount: rub('50'), service, confirm: true };
  const { transitCreate } = await desk.call(CreateTransitDocument, { input });
  const { id } = done(transitCreate, 'TransitCreateSuccess').payment;
  desk.mbank.act('page', { payment: await desk.mbank.referenceOf(id), result: 'approve' });
  await completes(desk, id);
  return id;
}

const next = async ({ call }: Desk, id: string) =>
  (await call(PaymentDetailsDocument, { id })).payment?.nextAction?.__typename;

/** A payout of several steps that waits for its second. */
async function halfPayout(desk: Desk, walletId: string): Promise<string> {
  const parameters = [{ id: 'phoneNumber', value: '9267101283' }];
  const destination = { service: { serviceId: desk.stepsServiceId, parameters } };
  const input = { idempotencyKey: unique('steps'), fromWalletId: walletId, amount: rub('20'), destination };
  const { payment } = done((await desk.call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
  await vi.waitFor(async () => expect(await next(desk, payment.id)).toBe('UpdateAction'), { timeout: 15_000 });
  return payment.id;
}

/** Somebody sends money to the wallet; it is done, and mbank counts it as unseen. */
async function receives(desk: Desk, walletId: string): Promise<void> {
  const { walletId: fromWalletId } = await newWallet(desk);
  const input = { idempotencyKey: unique('transfer'), fromWalletId, to: { walletId }, amount: rub('10') };
  const { transferCreate } = await desk.call(CreateTransferDocument, { input });
  const { id } = done(transferCreate, 'TransferCreateSuccess').payment;
  await desk.call(ConfirmPaymentDocument, { paymentId: id });
  await completes(desk, id);
}

const steps: RecordWrite = {
  title: 'step of a payment answered',
  operation: 'payments.update',
  async prepare(desk) {
    const { phone, walletId } = await newWallet(desk);
    const paymentId = await halfPayout(desk, walletId);
    const reference = await desk.mbank.referenceOf(paymentId);
    const parameters = [
      { id: 'Pname1', value: '5136913818331704' },
      { id: 'Pname2', value: 'Ivan Sidorov' },
    ];
    const send = async () =>
      (await desk.call(UpdatePaymentDocument, { input: { paymentId, parameters } })).paymentUpdate;
    const atMbank = async () => {
      const told = (await desk.mbank.elsewhere(phone, 'GET', `/payments/${reference}`)) as {
        status: string;
        parameters: { code: string; value: string }[];
      };
      return {
        status: told.status,
        given: Object.fromEntries(told.parameters.map(({ code, value }) => [code, value])),
        here: await next(desk, paymentId),
      };
    };
    const given = { phoneNumber: '9267101283', Pname1: '5136913818331704', Pname2: 'Ivan Sidorov' };
    return { send, atMbank, once: { status: 'created', given, here: 'ConfirmAction' } };
  },
};

/** Writes that nothing at mbank tells apart from their repetition: who repeats them without need has them done twice. */
const messages: RecordWrite[] = [
  {
    title: 'receipt mailed',
    operation: 'payments.bill',
    async prepare(desk) {
      const paymentId = await paidTransit(desk);
      const input = { paymentId, email: `${unique('ivan')}@example.com` };
      const send = async () => (await desk.call(SendReceiptDocument, { input })).receiptSend;
      const atMbank = async () => stateOf(desk).mails.filter(({ to }) => to === input.email).length;
      return { send, atMbank, each: (times) => times };
    },
  },
  {
    title: 'service wished for',
    operation: 'services.order',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const input = { idempotencyKey: unique('wish'), walletId, title: 'A bakery' };
      const send = async () => (await desk.call(RequestServiceDocument, { input })).serviceRequestCreate;
      const atMbank = async () => stateOf(desk).orders.filter((order) => order.phone === phone).length;
      return { send, atMbank, each: (times) => times };
    },
  },
  {
    title: 'remittance announced',
    operation: 'payments.best.log',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const number = phone.slice(-9);
      const input = {
        idempotencyKey: unique('remittance'),
        walletId,
        number,
        sender: { reference: '11', phone },
        recipient: { reference: '22', phone: '+79267101280' },
      };
      const send = async () => (await desk.call(RecordRemittanceDocument, { input })).remittanceRecord;
      // the number is the network's own: a line that says the same again says nothing new
      const atMbank = async () => stateOf(desk).bestLog.filter((line) => String(line.payment_id) === number).length;
      return { send, atMbank, each: (times) => times };
    },
  },
];

const mark = parse(`mutation ($walletId: ID!) {
  walletMarkRemittancesSeen(input: { walletId: $walletId }) { __typename }
}`) as TypedDocumentNode<{ walletMarkRemittancesSeen: { __typename: string } }, { walletId: string }>;

/** The counters of what is unseen: ours are cleared whatever mbank answers, mbank's as soon as it is reached. */
const counters: RecordWrite[] = [
  {
    title: 'payments seen',
    operation: 'payments.reset_unseen',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      await receives(desk, walletId);
      expect(walletState(desk, phone).unseen).toBe(1);
      const send = async () => (await desk.call(MarkPaymentsSeenDocument, { walletId })).walletMarkPaymentsSeen;
      const atMbank = async () => ({
        there: walletState(desk, phone).unseen,
        here: (await desk.call(UnseenPaymentsDocument, { id: walletId })).wallet?.unseenPayments,
      });
      return { send, atMbank, each: (times) => ({ there: times > 0 ? 0 : 1, here: 0 }) };
    },
  },
  {
    title: 'remittances seen',
    operation: 'payments.best.reset_unseen',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      desk.mbank.act('best.add', { phone, amount: 75 });
      expect(walletState(desk, phone).unseenBest).toBe(1);
      // nothing of the wallet is selected: to read its remittances clears mbank's counter, too
      const send = async () => (await desk.call(mark, { walletId })).walletMarkRemittancesSeen;
      const atMbank = async () => walletState(desk, phone).unseenBest;
      return { send, atMbank, each: (times) => (times > 0 ? 0 : 1) };
    },
  },
];

/** Every write about payments that moves no money. */
export const paymentWrites: RecordWrite[] = [steps, ...messages, ...counters];
