import { expect, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTopUpDocument,
  type PaymentDestinationInput,
  PaymentToPayDocument,
  PayoutDetailsDocument,
  ReconciliationsDocument,
  StartReconciliationDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import type { TestApp } from './app.ts';
import { type Call, done, rub, unique } from './builders.ts';
import { subscribe } from './operations.ts';
import type { TestVsePlatezhi, VsePlatezhiWallet } from './vseplatezhi.ts';

/** Merchants of the emulator, and a bank to which it withdraws. */
export const merchant = 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34';
export const bookshop = '2c8d6e4f-9a1b-4c73-b5e0-8f7d6a5c4b32';
export const bankId = '100000000999';
export const toMerchant = { merchant: { reference: merchant } };
export const toBank = { withdrawalBank: { bankId } };

/** An operation of a wallet as the emulator keeps it. */
export interface VsePlatezhiLine {
  id: number;
  type: string;
  amount: string;
  state: string;
}

/** What the tests of money at VsePlatezhi do with one caller. */
export function vsePlatezhiMoney(gateway: TestApp, theirs: TestVsePlatezhi, apiKey: string, call: Call) {
  const details = async (id: string) => {
    const { payment } = await call(PayoutDetailsDocument, { id });
    if (!payment) throw new Error(`there is no payment ${id}`);
    return payment;
  };
  const topUpInput = (walletId: string, amount: string, extra: object = {}) => ({
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub(amount),
    method: 'FAST_PAYMENT' as const,
    confirm: true,
    ...extra,
  });
  const payoutInput = (
    fromWalletId: string,
    destination: PaymentDestinationInput,
    amount: string,
    extra: object = {},
  ) => ({
    idempotencyKey: unique('payout'),
    fromWalletId,
    destination,
    amount: rub(amount),
    confirm: false,
    ...extra,
  });
  return {
    details,
    topUpInput,
    payoutInput,
    /** A top-up by a link, confirmed: its id. */
    async topUp(walletId: string, amount: string, extra: object = {}) {
      const { topUpCreate } = await call(CreateTopUpDocument, { input: topUpInput(walletId, amount, extra) });
      return done(topUpCreate, 'TopUpCreateSuccess').payment.id;
    },
    /** A payout that waits for its confirmation: its id. */
    async payout(from: string, to: PaymentDestinationInput, amount: string, extra: object = {}) {
      const { payoutCreate } = await call(CreatePayoutDocument, { input: payoutInput(from, to, amount, extra) });
      return done(payoutCreate, 'PayoutCreateSuccess').payment.id;
    },
    async confirm(paymentId: string) {
      const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId });
      return done(paymentConfirm, 'PaymentConfirmSuccess').payment;
    },
    /** What whoever pays is shown; its link. */
    async link(id: string): Promise<string> {
      const { payment } = await call(PaymentToPayDocument, { id });
      expect(payment).toMatchObject({ status: 'PROCESSING', nextAction: { __typename: 'PayloadAction' } });
      return payment?.nextAction?.__typename === 'PayloadAction' ? payment.nextAction.payload : '';
    },
    /** Follows a payment as it is pushed until it stands so; answers its details then. */
    async until(paymentId: string, last: string) {
      const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id: paymentId, follow: true });
      for await (const { paymentUpdated } of watched.rest()) if (paymentUpdated.status === last) break;
      const payment = await details(paymentId);
      expect(payment.status).toBe(last);
      return payment;
    },
    /** The operations of a wallet at the provider, oldest first. */
    lines(wallet: Pick<VsePlatezhiWallet, 'walletId'> | { phone: string }): VsePlatezhiLine[] {
      const name = 'walletId' in wallet ? wallet.walletId : wallet.phone.replace(/^\+7/, '');
      return (theirs.act('operations', { wallet: name }) as { operations: VsePlatezhiLine[] }).operations;
    },
    /** Has the provider asked about a payment now. */
    askNow: (paymentId: string) =>
      addJob(
        gateway.deps.db.prisma,
        'resolve-payment',
        { paymentId, round: 0 },
        { key: `resolve-payment:${paymentId}` },
      ),
    reconciled: (walletId: string) => reconciled(call, walletId),
  };
}

/** Has the history of a wallet read and compared now; answers the comparison. */
async function reconciled(call: Call, walletId: string) {
  const { reconciliationStart } = await vi.waitFor(
    async () => {
      const answer = await call(StartReconciliationDocument, { input: { walletId } });
      // a round of its own may be under way
      expect(answer.reconciliationStart?.__typename).not.toBe('ConflictError');
      return answer;
    },
    { timeout: 50_000, interval: 100 },
  );
  const [begun] = done(reconciliationStart, 'ReconciliationStartSuccess').reconciliations;
  return vi.waitFor(
    async () => {
      const { ledger } = await call(ReconciliationsDocument, { provider: 'VSEPLATEZHI' });
      const found = ledger.reconciliations.edges.map(({ node }) => node).find(({ id }) => id === begun?.id);
      if (!found?.finishedAt) throw new Error('the comparison is not finished yet');
      return found;
    },
    { timeout: 50_000, interval: 100 },
  );
}

/** Money that a wallet moves at the provider without the gateway: to a merchant, or to a bank. */
export async function elsewhere(
  { sandbox }: TestVsePlatezhi,
  walletId: string,
  to: { tsp: string } | { bankIdentifier: string },
  amount: number,
): Promise<void> {
  const root = `${sandbox.url}/vseplatezhi`;
  const grant = {
    grant_type: 'client_credentials',
    client_id: 'partner-1',
    client_secret: 'secret-1',
    partner_id: '42',
  };
  const bought = await fetch(`${root}/oauth/token`, { method: 'POST', body: new URLSearchParams(grant) });
  const { access_token } = (await bought.json()) as { access_token: string };
  const headers = { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json; charset=utf-8' };
  const wallet = `${root}/api/wallet/v1/account/${walletId}`;
  const made = await fetch(`${wallet}/payment/initialization`, { headers });
  const { token } = (await made.json()) as { token: string };
  const [path, body] =
    'tsp' in to ? ['payment', { walletId, token, amount, ...to }] : ['wifhdrawal', { amount, ...to }];
  const answer = await fetch(`${wallet}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}
