import { expect } from 'vitest';
import { CreatePayoutDocument } from '../../schema/operations.ts';
import type { TestApp } from './app.ts';
import { done, newPhone, rub, unique } from './builders.ts';
import { startMbank, type TestMbank } from './mbank.ts';
import { run } from './operations.ts';
import { startQiwi, type TestQiwi } from './qiwi.ts';
import { fundedWalletOf } from './wallets.ts';

/** Priced 0.00 at both providers: mbank stands first by its name. */
export const beeline = '+79031234567';
/** Priced 0.00 at QIWI, 3 % at mbank. */
export const megafon = '+79261111111';

/** A payment with each of its tries. */
export interface Tried {
  status: string;
  fee: { amount: string };
  declineReason: string | null;
  provider: { code: string };
  attempts: { provider: { code: string }; outcome: string; operations: string[]; providerMessage: string | null }[];
}

/** A shop with house wallets at mbank and QIWI, and a LOCAL wallet of 1000.00 that pays. */
export async function shopWithTwo(gateway: TestApp) {
  const { partnerId, apiKey } = await gateway.partner();
  const call = run(gateway, apiKey);
  const mbank = await startMbank(gateway, partnerId);
  const qiwi = await startQiwi(gateway, partnerId);
  const walletId = await fundedWalletOf(call, newPhone(), '1000');
  const input = (phone: string, extra: object = {}) => ({
    idempotencyKey: unique('payout'),
    fromWalletId: walletId,
    amount: rub('100'),
    destination: { phone },
    ...extra,
  });
  const created = async (phone: string, extra: object = {}) =>
    done((await call(CreatePayoutDocument, { input: input(phone, extra) })).payoutCreate, 'PayoutCreateSuccess')
      .payment;
  const tried = async (id: string) => {
    const { data } = await gateway.query<{ payment: Tried }>(
      apiKey,
      `query ($id: ID!) { payment(id: $id) { status fee { amount } declineReason provider { code }
        attempts { provider { code } outcome operations providerMessage } } }`,
      { id },
    );
    if (!data) throw new Error(`there is no payment ${id}`);
    return data.payment;
  };
  const ends = async (id: string, status: string) => {
    await expect.poll(async () => (await tried(id)).status, { timeout: 15_000 }).toBe(status);
    return tried(id);
  };
  const books = async () => {
    const { rows } = await gateway.deps.db.pool.query<{ code: string; balance: string; held: string }>(
      `SELECT code, posted_debits - posted_credits AS balance, pending_credits AS held FROM ledger_account
       WHERE partner_id = $1 AND (code LIKE 'settlement:%' OR code LIKE 'wallet:%')`,
      [partnerId],
    );
    const of = (id: string) => rows.find(({ code }) => code.includes(id));
    return {
      wallet: of(walletId)?.balance ?? '0',
      mbank: of(mbank.account.id)?.balance ?? '0',
      qiwi: of(qiwi.account.id)?.balance ?? '0',
      held: rows.reduce((sum, { held }) => sum + BigInt(held), 0n),
    };
  };
  return { apiKey, call, mbank, qiwi, walletId, input, created, tried, ends, books };
}

/** Has the provider refuse the next calls of an operation. */
export const refuseAt = (
  { sandbox }: TestMbank | TestQiwi,
  provider: string,
  operation: string,
  status = 403,
  times = 1,
) => sandbox.control.fault({ provider, operation, kind: 'status', status, when: 'before', times });

/** Through whom it was tried, and what came of each. */
export const codes = ({ attempts }: Tried) => attempts.map(({ provider, outcome }) => [provider.code, outcome]);
