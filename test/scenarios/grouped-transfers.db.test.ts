import { afterEach, expect, test } from 'vitest';
import {
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreateTransferDocument,
  type LimitKind,
  type LimitWindow,
  SetLimitsDocument,
  WalletBalanceDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, openShop, rub, unique } from '../support/builders.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Transfers that share their transactions: what each caller learns and what is written is what it would be alone. */

const gateway = await startTestApp();
const { pool } = gateway.deps.db;
const shop = await openShop(gateway, { fee: 100 });
const { call } = shop;

afterEach(async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]));

interface Wish {
  idempotencyKey?: string;
  from: string;
  to: string | { phone: string };
  amount: string;
  note?: string;
  fromCurrency?: string;
  confirm?: boolean;
}

function transfer({ from, to, amount, idempotencyKey = unique('grouped'), confirm = true, ...rest }: Wish) {
  const target = typeof to === 'string' ? { walletId: to } : to;
  const input = { idempotencyKey, fromWalletId: from, to: target, amount: rub(amount), confirm, ...rest };
  return call(CreateTransferDocument, { input });
}

/** The answers to many at once: the status of each payment, or the code of its refusal. */
async function answers(work: Promise<object>[]): Promise<string[]> {
  const members = (await Promise.all(work)).map((data) => Object.values(data)[0]);
  return members.map((member) => (member.code ?? member.payment.status) + (member.replayed ? ', replayed' : ''));
}

async function available(id: string): Promise<string | undefined> {
  return (await call(WalletBalanceDocument, { id })).wallet?.balance?.available.amount;
}

async function cap(walletId: string, kind: LimitKind, window: LimitWindow, max: string): Promise<void> {
  const limits = [{ kind, window, max: rub(max) }];
  done((await call(SetLimitsDocument, { walletId, limits })).walletSetLimits, 'WalletSetLimitsSuccess');
}

const rows = async (sql: string, ...values: unknown[]) => (await pool.query(sql, values)).rows;
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

test('Good and bad ones at once: each has its own answer, and they share transactions.', async () => {
  const phone = newPhone();
  const [rich, poor, capped, closed, to] = await Promise.all([
    shop.wallet({ holds: '1000' }),
    shop.wallet({ holds: '10' }),
    shop.wallet({ holds: '1000' }),
    shop.wallet(),
    shop.wallet({ phone }),
  ]);
  await cap(capped, 'TRANSFER', 'DAY', '25');
  await call(CloseWalletDocument, { walletId: closed });
  const waiting = await shop.transfer(rich, to, '1');
  const used = unique('used');
  await transfer({ idempotencyKey: used, from: rich, to, amount: '1' });
  const group = unique('group');
  const good = many(20, () => transfer({ from: rich, to, amount: '10', note: group }));
  const asked: [Promise<object>, string][] = [
    ...good.map((one): [Promise<object>, string] => [one, 'COMPLETED']),
    [transfer({ from: rich, to: { phone }, amount: '1', note: group }), 'COMPLETED'],
    [transfer({ from: rich, to, amount: '1', confirm: false, note: group }), 'CREATED'],
    [call(ConfirmPaymentDocument, { paymentId: waiting }), 'COMPLETED'],
    [transfer({ from: poor, to, amount: '9.95' }), 'INSUFFICIENT_FUNDS'],
    [transfer({ from: poor, to, amount: '9.95', confirm: false }), 'INSUFFICIENT_FUNDS'],
    [transfer({ from: capped, to, amount: '20', note: group }), 'COMPLETED'],
    [transfer({ from: capped, to, amount: '20' }), 'LIMIT_EXCEEDED'],
    [transfer({ from: rich, to: closed, amount: '1' }), 'WALLET_STATE'],
    [transfer({ from: rich, to: rich, amount: '1' }), 'INVALID_INPUT'],
    [transfer({ from: rich, to, amount: '1', fromCurrency: 'USD' }), 'NOT_SUPPORTED'],
    [transfer({ from: rich, to: 'wal_01h2xcejqtf2nbrexx3vqjhp41', amount: '1' }), 'NOT_FOUND'],
    [transfer({ from: rich, to: { phone: newPhone() }, amount: '1' }), 'NOT_FOUND'],
    [transfer({ idempotencyKey: used, from: rich, to, amount: '1' }), 'COMPLETED, replayed'],
    [transfer({ idempotencyKey: used, from: rich, to, amount: '2' }), 'IDEMPOTENCY_CONFLICT'],
    [call(ConfirmPaymentDocument, { paymentId: 'pay_01h2xcejqtf2nbrexx3vqjhp41' }), 'NOT_FOUND'],
  ];
  expect(await answers(asked.map(([one]) => one))).toEqual(asked.map(([, answer]) => answer));
  // one of 1 RUB before, twenty of 10, by phone, the confirmed one: each with a fee of one percent
  expect(await available(rich)).toBe('794.97');
  expect([await available(poor), await available(capped), await available(to)]).toEqual(['10.00', '979.80', '223.00']);
  const [shared] = await rows(
    'SELECT count(*)::int AS payments, count(DISTINCT xmin::text)::int AS transactions FROM payment WHERE note = $1',
    group,
  );
  expect(shared.payments).toBe(23);
  expect(shared.transactions).toBeLessThan(12);
});

test('Each of a group has the timeline, the events, the entry and the use of caps that it has alone.', async () => {
  const wallets = await Promise.all(many(12, () => shop.wallet({ holds: '100' })));
  const pairs = many(6, (at) => ({ from: wallets[2 * at] ?? '', to: wallets[2 * at + 1] ?? '' }));
  const trace = async (from: string) => {
    const payments = await rows('SELECT id, version, status, seen FROM payment WHERE source_wallet_id = $1', from);
    const [payment] = payments;
    const timeline = await rows(
      'SELECT version, "from", "to", reason, source FROM payment_transition WHERE payment_id = $1 ORDER BY version',
      payment.id,
    );
    const told = await recordedEvents(gateway.deps.db, { paymentId: payment.id });
    const events = told.map(({ type, data }) => {
      const { payment: of, posted } = data as { payment?: { status: string; version: number }; posted?: string };
      return [type, of?.status, of?.version, posted];
    });
    const entries = await rows('SELECT code FROM journal_entry WHERE payment_id = $1', payment.id);
    const used = await rows(
      `SELECT kind, "window", spent_minor, count FROM limit_usage WHERE wallet_id = $1 ORDER BY 1, 2`,
      from,
    );
    const { id: _id, ...shown } = payment;
    return { count: payments.length, shown, timeline, events, entries, used };
  };
  const [alone, ...together] = pairs;
  if (!alone) throw new Error('no pair');
  await transfer({ ...alone, amount: '7' });
  await Promise.all(together.map((pair) => transfer({ ...pair, amount: '7' })));
  const expected = await trace(alone.from);
  expect(expected.events).toEqual([
    ['PAYMENT_CREATED', 'CREATED', 1, undefined],
    ['PAYMENT_PROCESSING', 'PROCESSING', 2, undefined],
    ['PAYMENT_COMPLETED', 'COMPLETED', 3, undefined],
    ['BALANCE_CHANGED', undefined, undefined, '9293'],
    ['BALANCE_CHANGED', undefined, undefined, '10700'],
  ]);
  expect(expected.used).toEqual([
    { kind: 'TRANSFER', window: 'DAY', spent_minor: '700', count: 1 },
    { kind: 'TURNOVER', window: 'MONTH', spent_minor: '700', count: 1 },
  ]);
  for (const { from } of together) expect(await trace(from)).toEqual(expected);
});

test('One key many times at once, with the same input and with another: one transfer, its replays, and conflicts.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const idempotencyKey = unique('same');
  const work = many(30, (at) => transfer({ idempotencyKey, from, to, amount: at % 3 === 2 ? '2' : '1' }));
  const counts = new Map<string, number>();
  for (const answer of await answers(work)) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({ COMPLETED: 1, 'COMPLETED, replayed': 19, IDEMPOTENCY_CONFLICT: 10 });
  expect(await available(to)).toBe('1.00');
});

test('A key that was used answers what it was used for, also when the same would now be refused, and uses up nothing again.', async () => {
  const [from, to] = [await shop.wallet({ holds: '50.50' }), await shop.wallet()];
  const keys = many(5, () => unique('again'));
  const send = () => answers(keys.map((idempotencyKey) => transfer({ idempotencyKey, from, to, amount: '10' })));
  expect(new Set(await send())).toEqual(new Set(['COMPLETED']));
  const used = () => rows('SELECT * FROM limit_usage WHERE wallet_id = ANY ($1) ORDER BY 1, 2, 3', [from, to]);
  const before = await used();
  // nothing is left in the wallet, and then it is no more in use
  expect(new Set(await send())).toEqual(new Set(['COMPLETED, replayed']));
  done((await call(CloseWalletDocument, { walletId: from })).walletClose, 'WalletCloseSuccess');
  const [again, fresh] = [await send(), await answers([transfer({ from, to, amount: '10' })])];
  expect([new Set(again), fresh]).toEqual([new Set(['COMPLETED, replayed']), ['WALLET_STATE']]);
  expect(await used()).toEqual(before);
  expect([await available(from), await available(to)]).toEqual(['0.00', '50.00']);
});

test('What is refused in a group uses up no cap and no key, and moves nothing.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const keys = many(10, () => unique('refused'));
  const send = (amount: string) => keys.map((idempotencyKey) => transfer({ idempotencyKey, from, to, amount }));
  await booksStay(gateway, async () => {
    expect(new Set(await answers(send('500')))).toEqual(new Set(['INSUFFICIENT_FUNDS']));
  });
  expect(new Set(await answers(send('5')))).toEqual(new Set(['COMPLETED']));
  expect([await available(from), await available(to)]).toEqual(['49.50', '50.00']);
});

test('Money that one of a group brings is there for the next, to the kopeck, and a hot wallet runs dry exactly.', async () => {
  const hot = await shop.wallet({ holds: '50.50' });
  const [payers, payees] = [await Promise.all(many(10, () => shop.wallet({ holds: '10.10' }))), await shop.wallet()];
  const into = payers.map((from) => transfer({ from, to: hot, amount: '10' }));
  expect(new Set(await answers(into))).toEqual(new Set(['COMPLETED']));
  // 150.50 in it: fourteen of 10.10 and 10 kopecks of fee each, no fifteenth
  const out = await answers(many(40, () => transfer({ from: hot, to: payees, amount: '10' })));
  expect(out.filter((answer) => answer === 'COMPLETED')).toHaveLength(14);
  expect(out.filter((answer) => answer === 'INSUFFICIENT_FUNDS')).toHaveLength(26);
  expect([await available(hot), await available(payees)]).toEqual(['9.10', '140.00']);
});

test('A cap of the payer and a cap of the payee are used up exactly, by those who come and those who wait.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  await cap(from, 'TRANSFER', 'DAY', '79.99');
  const waiting = await Promise.all(many(10, () => shop.transfer(from, to, '10')));
  const confirmed = waiting.map((paymentId) => call(ConfirmPaymentDocument, { paymentId }));
  const all = await answers([...confirmed, ...many(10, () => transfer({ from, to, amount: '10' }))]);
  expect(all.filter((answer) => answer === 'COMPLETED')).toHaveLength(7);
  expect(all.filter((answer) => answer === 'LIMIT_EXCEEDED')).toHaveLength(13);
  const full = await shop.wallet();
  await cap(full, 'BALANCE', 'STANDING', '35');
  const payers = await Promise.all(many(8, () => shop.wallet({ holds: '20' })));
  const held = await answers(payers.map((payer) => transfer({ from: payer, to: full, amount: '10' })));
  expect(held.filter((answer) => answer === 'COMPLETED')).toHaveLength(3);
  expect(held.filter((answer) => answer === 'LIMIT_EXCEEDED')).toHaveLength(5);
  expect(await available(full)).toBe('30.00');
});

test('One that meets a fault nobody expected fails alone.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  await pool.query(`ALTER TABLE payment ADD CONSTRAINT planted CHECK (note IS DISTINCT FROM 'planted')`);
  try {
    const results = await Promise.allSettled(
      many(20, (at) => transfer({ from, to, amount: '1', note: at === 7 ? 'planted' : 'sound' })),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(String((results[7] as PromiseRejectedResult).reason)).toContain('INTERNAL_SERVER_ERROR');
  } finally {
    await pool.query('ALTER TABLE payment DROP CONSTRAINT planted');
  }
  expect([await available(from), await available(to)]).toEqual(['980.81', '19.00']);
});

test('The server ends the connection in the middle of a group: each is done once all the same.', async () => {
  const wallets = await Promise.all(many(10, () => shop.wallet({ holds: '100' })));
  const to = await shop.wallet();
  const blocker = await pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT 1 FROM ledger_account WHERE wallet_id = $1 FOR UPDATE', [to]);
  const work = wallets.map((from) => transfer({ from, to, amount: '1' }));
  const blocked = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND query LIKE '%FROM ledger_account WHERE id = ANY%'`;
  await expect.poll(async () => (await rows(blocked)).length).toBeGreaterThan(0);
  await rows(`SELECT pg_terminate_backend(pid) FROM (${blocked}) AS b`);
  await blocker.query('COMMIT');
  blocker.release();
  expect(new Set(await answers(work))).toEqual(new Set(['COMPLETED']));
  expect(await available(to)).toBe('10.00');
});
