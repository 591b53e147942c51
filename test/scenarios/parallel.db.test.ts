import { afterEach, expect, test } from 'vitest';
import {
  CancelPaymentDocument,
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreateCustomerDocument,
  CreateTopUpDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  type LimitKind,
  type LimitWindow,
  OpenWalletDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  SetLimitsDocument,
  SettleTopUpDocument,
  WalletBalanceDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, openShop, rub, unique } from '../support/builders.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Fifty at once against one of something: exactly what may pass passes, and the books are proved after each. */

const FIFTY = 50;
const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;

afterEach(async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]));

const key = () => ({ idempotencyKey: unique('parallel') });
const fifty = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: FIFTY }, (_, index) => work(index)));
const confirm = (paymentId: string) => call(ConfirmPaymentDocument, { paymentId });

/** How often each answer came: the success's typename, or the refusal's code. */
function tally(answers: object[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const [member] = Object.values(answer) as { __typename: string; code?: string; replayed?: boolean }[];
    const name = member?.code ?? `${member?.__typename}${member?.replayed ? ', replayed' : ''}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function available(id: string): Promise<string | undefined> {
  return (await call(WalletBalanceDocument, { id })).wallet?.balance?.available.amount;
}

async function cap(walletId: string, kind: LimitKind, window: LimitWindow, max: string): Promise<void> {
  const limits = [{ kind, window, max: rub(max) }];
  done((await call(SetLimitsDocument, { walletId, limits })).walletSetLimits, 'WalletSetLimitsSuccess');
}

/** Fifty transfers of 10 RUB that wait for their confirmation. */
const waiting = (from: string, to: string) => fifty(() => shop.transfer(from, to, '10'));

test('Of fifty confirms against a balance that covers ten, ten pass.', async () => {
  const [from, to] = [await shop.wallet({ holds: '109.99' }), await shop.wallet()];
  const answers = await Promise.all((await waiting(from, to)).map(confirm));
  expect(tally(answers)).toEqual({ PaymentConfirmSuccess: 10, INSUFFICIENT_FUNDS: 40 });
  expect([await available(from), await available(to)]).toEqual(['9.99', '100.00']);
});

test.each<[string, LimitKind, LimitWindow]>([
  ['the day', 'TRANSFER', 'DAY'],
  ['the month', 'TURNOVER', 'MONTH'],
])('Of fifty confirms against a cap of %s that admits seven, seven pass.', async (_name, kind, window) => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const payments = await waiting(from, to);
  await cap(from, kind, window, '79.99');
  expect(tally(await Promise.all(payments.map(confirm)))).toEqual({ PaymentConfirmSuccess: 7, LIMIT_EXCEEDED: 43 });
  expect([await available(from), await available(to)]).toEqual(['930.00', '70.00']);
});

test('Of fifty confirms from fifty payers against what one recipient may hold, as many pass as fit.', async () => {
  const to = await shop.wallet();
  await cap(to, 'BALANCE', 'STANDING', '59.99');
  const payers = await fifty(() => shop.wallet({ holds: '10' }));
  const payments = await Promise.all(payers.map((from) => shop.transfer(from, to, '10')));
  expect(tally(await Promise.all(payments.map(confirm)))).toEqual({ PaymentConfirmSuccess: 5, LIMIT_EXCEEDED: 45 });
  expect(await available(to)).toBe('50.00');
});

test('Fifty confirms of one payment move it once.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const paymentId = await shop.transfer(from, to, '10');
  const answers = await fifty(() => confirm(paymentId));
  expect(tally(answers)).toEqual({ PaymentConfirmSuccess: 1, 'PaymentConfirmSuccess, replayed': 49 });
  expect(await available(to)).toBe('10.00');
});

test('Confirms and cancels of one payment: one of them wins, the others learn of it.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const paymentId = await shop.transfer(from, to, '10');
  const answers = await fifty<object>((index) =>
    index % 2 === 0 ? confirm(paymentId) : call(CancelPaymentDocument, { paymentId }),
  );
  const confirmed = { PaymentConfirmSuccess: 1, 'PaymentConfirmSuccess, replayed': 24, PAYMENT_STATE: 25 };
  const cancelled = { PaymentCancelSuccess: 1, PAYMENT_STATE: 49 };
  const moved = (await available(to)) === '10.00';
  expect(tally(answers)).toEqual(moved ? confirmed : cancelled);
});

test('Fifty transfers under one idempotency key are one transfer.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const input = { ...key(), fromWalletId: from, to: { walletId: to }, amount: rub('10'), confirm: true };
  const answers = await fifty(() => call(CreateTransferDocument, { input }));
  expect(tally(answers)).toEqual({ TransferCreateSuccess: 1, 'TransferCreateSuccess, replayed': 49 });
  const ids = answers.map(({ transferCreate }) => done(transferCreate, 'TransferCreateSuccess').payment.id);
  expect(new Set(ids).size).toBe(1);
  expect(await available(to)).toBe('10.00');
});

test('Fifty refunds of one payment give back what it was, and no more.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet({ holds: '1000' })];
  const paymentId = await shop.transfer(from, to, '100', true);
  const answers = await fifty(() => call(RefundPaymentDocument, { input: { ...key(), paymentId, amount: rub('10') } }));
  expect(tally(answers)).toEqual({ PaymentRefundSuccess: 10, PAYMENT_STATE: 40 });
  expect([await available(from), await available(to)]).toEqual(['100.00', '1000.00']);
});

test('Fifty refunds that each ask for all are one refund.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet({ holds: '1000' })];
  const paymentId = await shop.transfer(from, to, '100', true);
  const answers = await fifty(() => call(RefundPaymentDocument, { input: { ...key(), paymentId } }));
  expect(tally(answers)).toEqual({ PaymentRefundSuccess: 1, PAYMENT_STATE: 49 });
  expect([await available(from), await available(to)]).toEqual(['100.00', '1000.00']);
});

test('Fifty transfers both ways between two wallets all pass: no deadlock comes through.', async () => {
  const [one, two] = [await shop.wallet({ holds: '1000' }), await shop.wallet({ holds: '1000' })];
  const answers = await fifty((index) => {
    const [fromWalletId, walletId] = index % 2 === 0 ? [one, two] : [two, one];
    const amount = rub(index % 2 === 0 ? '3' : '2');
    return call(CreateTransferDocument, { input: { ...key(), fromWalletId, to: { walletId }, amount, confirm: true } });
  });
  expect(tally(answers)).toEqual({ TransferCreateSuccess: 50 });
  expect([await available(one), await available(two)]).toEqual(['975.00', '1025.00']);
});

test('Fifty batches round one circle of wallets, in every direction, all pass.', async () => {
  const circle = await Promise.all(['100', '100', '100', '100'].map((holds) => shop.wallet({ holds })));
  const answers = await fifty((index) => {
    const turned = circle.map((_, at) => circle[(at + index) % circle.length] ?? '');
    const round = index % 2 === 0 ? turned : turned.reverse();
    const transfers = round.map((fromWalletId, at) => ({
      fromWalletId,
      toWalletId: round[(at + 1) % round.length] ?? '',
      amount: rub('1'),
    }));
    return call(CreateTransferBatchDocument, { input: { ...key(), transfers } });
  });
  expect(tally(answers)).toEqual({ TransferBatchCreateSuccess: 50 });
  for (const id of circle) expect(await available(id)).toBe('100.00');
});

test('Fifty rulings on one payout, for and against, are one ruling; the cap is given back if it was against.', async () => {
  const from = await shop.wallet({ holds: '100' });
  const paymentId = await shop.payout(from, '60');
  const outcomes = await fifty((index) => {
    const outcome = index % 2 === 0 ? ('COMPLETED' as const) : ('DECLINED' as const);
    return call(ResolvePaymentDocument, { input: { paymentId, outcome, evidence: `call ${index}` } });
  });
  expect(tally(outcomes)).toEqual({ PaymentResolveSuccess: 1, PAYMENT_STATE: 49 });
  const ruled = outcomes.flatMap(({ paymentResolve }) =>
    paymentResolve?.__typename === 'PaymentResolveSuccess' ? [paymentResolve.payment.status] : [],
  );
  expect(await available(from)).toBe(ruled[0] === 'COMPLETED' ? '40.00' : '100.00');
  const { rows } = await gateway.deps.db.pool.query(
    `SELECT kind, spent_minor, count FROM limit_usage WHERE wallet_id = $1 AND "window" <> 'ONE_TIME' ORDER BY kind::text`,
    [from],
  );
  const used = ruled[0] === 'COMPLETED' ? { spent_minor: '6000', count: 1 } : { spent_minor: '0', count: 0 };
  expect(rows).toEqual([
    { kind: 'PAYOUT', ...used },
    { kind: 'TURNOVER', ...used },
  ]);
});

test('Fifty top-ups under one reference of the bank: one is settled, the others are told of it.', async () => {
  const walletId = await shop.wallet();
  const payments = await fifty(async () => {
    const input = { ...key(), walletId, amount: rub('10'), method: 'CASH' as const, confirm: true };
    return done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment.id;
  });
  const reference = unique('slip');
  const answers = await Promise.all(
    payments.map((paymentId) => call(SettleTopUpDocument, { input: { ...key(), paymentId, reference } })),
  );
  expect(tally(answers)).toEqual({ TopUpSettleSuccess: 1, INVALID_INPUT: 49 });
  expect(await available(walletId)).toBe('10.00');
});

test('Fifty settlements of one top-up bring its money once.', async () => {
  const walletId = await shop.wallet();
  const input = { ...key(), walletId, amount: rub('10'), method: 'CASH' as const, confirm: true };
  const { id: paymentId } = done(
    (await call(CreateTopUpDocument, { input })).topUpCreate,
    'TopUpCreateSuccess',
  ).payment;
  const answers = await fifty(() =>
    call(SettleTopUpDocument, { input: { ...key(), paymentId, reference: unique('slip') } }),
  );
  expect(tally(answers)).toEqual({ TopUpSettleSuccess: 1, PAYMENT_STATE: 49 });
  expect(await available(walletId)).toBe('10.00');
});

test('Fifty wallets for one phone: one is opened.', async () => {
  const phone = newPhone();
  const answers = await fifty(() => call(OpenWalletDocument, { input: { ...key(), phone } }));
  expect(tally(answers)).toEqual({ WalletOpenSuccess: 1, CONFLICT: 49 });
});

test('Fifty customers under one id of the partner’s are one customer.', async () => {
  const externalId = unique('same');
  const answers = await fifty(() => call(CreateCustomerDocument, { input: { externalId } }));
  expect(tally(answers)).toEqual({ CustomerCreateSuccess: 1, 'CustomerCreateSuccess, replayed': 49 });
});

test('A wallet that is closed while top-ups of it are confirmed is never closed with one still open.', async () => {
  const wallets = await fifty(() => shop.wallet());
  const outcomes = await Promise.all(
    wallets.map(async (walletId) => {
      const input = { ...key(), walletId, amount: rub('10'), method: 'CASH' as const };
      const topUp = done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment.id;
      const [closed, confirmed] = await Promise.all([call(CloseWalletDocument, { walletId }), confirm(topUp)]);
      return [closed.walletClose?.__typename, confirmed.paymentConfirm?.__typename].sort().join(' ');
    }),
  );
  for (const outcome of outcomes) {
    expect(['PaymentConfirmSuccess StateError', 'StateError WalletCloseSuccess']).toContain(outcome);
  }
});
