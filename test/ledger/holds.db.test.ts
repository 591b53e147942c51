import { expect, test } from 'vitest';
import { walletBalances } from '../../src/ledger/balance.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import {
  payoutCompleted,
  payoutHeld,
  payoutVoided,
  topUpSettled,
  transferCompleted,
} from '../../src/ledger/entries.ts';
import { expireHolds, openHolds } from '../../src/ledger/holds.ts';
import { reversalOf } from '../../src/ledger/reversal.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { holdsOf, occurredAt, post, richWallet, somePartner } from './books.ts';

const db = await testDatabase();
const { partnerId, about } = somePartner();
const due = new Date('2026-11-22T12:00:00Z');
const at = (iso: string) => ({ db, clock: { now: () => new Date(iso) } });

async function balance(walletId: string) {
  const [first] = (await walletBalances(db.prisma, [walletId])).get(walletId) ?? [];
  return [first?.posted, first?.pending, first?.available];
}

/** A payout whose holds run out, as no entry of the catalogue makes them yet. */
async function expiringPayout() {
  const [walletId, paymentId] = [await richWallet(db, partnerId, 1_000n), newId('Payment')];
  const held = payoutHeld({ ...about(), paymentId, amount: 500n, fee: 5n, walletId, providerAccountId: null });
  await post(db, { ...held, postings: held.postings.map((posting) => ({ ...posting, expiresAt: due })) });
  return { walletId, paymentId };
}

test('A hold is captured in parts and the rest released; each step shows in the three balances.', async () => {
  const [walletId, paymentId] = [await richWallet(db, partnerId, 1_000n), newId('Payment')];
  const held = payoutHeld({ ...about(), paymentId, amount: 500n, fee: 0n, walletId, providerAccountId: null });
  await post(db, held);
  expect(await balance(walletId)).toEqual([1_000n, 500n, 500n]);
  const [whole] = holdsOf(held);
  if (!whole) throw new Error('no hold');
  await post(db, payoutCompleted({ ...about(), holds: [{ ...whole, amount: 200n }] }));
  await post(db, payoutCompleted({ ...about(), holds: [{ ...whole, amount: 100n }] }));
  expect(await balance(walletId)).toEqual([700n, 200n, 500n]);
  const rest = await openHolds(db.prisma, paymentId);
  expect(rest.map(({ amount }) => amount)).toEqual([200n]);
  expect(await post(db, payoutVoided({ ...about(), holds: rest }))).toMatchObject([{ verdict: 'POSTED' }]);
  expect(await balance(walletId)).toEqual([700n, 0n, 700n]);
  const { rows } = await db.pool.query('SELECT state, closed_at IS NULL AS open FROM hold WHERE id = $1', [whole.id]);
  expect(rows).toEqual([{ state: 'CLOSED', open: false }]);
});

test('A hold is made and captured in one call.', async () => {
  const walletId = await richWallet(db, partnerId, 1_000n);
  const held = payoutHeld({ ...about(), amount: 500n, fee: 5n, walletId, providerAccountId: null });
  const verdicts = await post(db, held, payoutCompleted({ ...about(), holds: holdsOf(held) }));
  expect(verdicts).toMatchObject([{ verdict: 'POSTED' }, { verdict: 'POSTED' }]);
  expect(await balance(walletId)).toEqual([495n, 0n, 495n]);
});

test('Holds past their time are released, once, by however many runs at once; the others stay.', async () => {
  const { walletId, paymentId } = await expiringPayout();
  expect(await expireHolds(at('2026-11-22T11:59:59Z'), 100)).toEqual([]);
  const runs = await Promise.all([1, 2, 3, 4].map(() => expireHolds(at('2026-11-22T12:00:00Z'), 100)));
  const expired = runs.flat();
  expect(expired.map((hold) => [hold.paymentId, hold.amount]).sort()).toEqual([
    [paymentId, 5n],
    [paymentId, 500n],
  ]);
  expect(await balance(walletId)).toEqual([1_000n, 0n, 1_000n]);
  expect(await expireHolds(at('2026-11-23T00:00:00Z'), 100)).toEqual([]);
});

test('A hold captured in part expires with what is left, and expiry takes no more than its limit at a time.', async () => {
  const { walletId, paymentId } = await expiringPayout();
  const [main] = await openHolds(db.prisma, paymentId);
  if (!main) throw new Error('no hold');
  await post(db, payoutCompleted({ ...about(), holds: [{ ...main, amount: 120n }] }));
  const first = await expireHolds(at('2026-11-23T00:00:00Z'), 1);
  const second = await expireHolds(at('2026-11-23T00:00:00Z'), 1);
  expect([...first, ...second].map(({ amount }) => amount)).toEqual([380n, 5n]);
  expect(await balance(walletId)).toEqual([880n, 0n, 880n]);
});

test('Capture and expiry of one hold at once: one of them has it, the other is refused, nothing is lost.', async () => {
  const { walletId, paymentId } = await expiringPayout();
  const holds = await openHolds(db.prisma, paymentId);
  const [[captured], expired] = await Promise.all([
    post(db, payoutCompleted({ ...about(), holds })),
    expireHolds(at('2026-11-23T00:00:00Z'), 100),
  ]);
  const won = captured?.verdict === 'POSTED';
  expect(expired.length).toBe(won ? 0 : 2);
  expect(await balance(walletId)).toEqual(won ? [495n, 0n, 495n] : [1_000n, 0n, 1_000n]);
});

test('An entry is undone line by line, redone by undoing the undoing, and each of them once.', async () => {
  const [a, b] = [await richWallet(db, partnerId, 1_000n), newId('Wallet')];
  const transfer = transferCompleted({ ...about(), amount: 400n, fee: 4n, fromWalletId: a, toWalletId: b });
  await post(db, transfer);
  const stated = { paymentId: null, occurredAt };
  const undo = await reversalOf(db.prisma, transfer.id, stated);
  expect(undo).toMatchObject({ code: 'REVERSED', reference: transfer.id, reversesId: transfer.id });
  expect(await post(db, undo)).toMatchObject([{ verdict: 'POSTED' }]);
  expect([await balance(a), await balance(b)]).toEqual([
    [1_000n, 0n, 1_000n],
    [0n, 0n, 0n],
  ]);
  expect(await post(db, await reversalOf(db.prisma, transfer.id, stated))).toEqual([
    { verdict: 'REPLAYED', entryId: undo.id },
  ]);
  expect(await post(db, await reversalOf(db.prisma, undo.id, stated))).toMatchObject([{ verdict: 'POSTED' }]);
  expect([await balance(a), await balance(b)]).toEqual([
    [596n, 0n, 596n],
    [400n, 0n, 400n],
  ]);
});

test('Money that was captured goes back as a plain movement; the hold stays closed. What moved nothing cannot be undone.', async () => {
  const [walletId, paymentId] = [await richWallet(db, partnerId, 1_000n), newId('Payment')];
  const held = payoutHeld({ ...about(), paymentId, amount: 500n, fee: 5n, walletId, providerAccountId: null });
  const captured = payoutCompleted({ ...about(), holds: holdsOf(held) });
  await post(db, held, captured);
  await expect(reversalOf(db.prisma, held.id, { paymentId: null, occurredAt })).rejects.toThrow('moved nothing');
  await post(db, await reversalOf(db.prisma, captured.id, { paymentId, occurredAt }));
  expect(await balance(walletId)).toEqual([1_000n, 0n, 1_000n]);
  expect(await openHolds(db.prisma, paymentId)).toEqual([]);
});

test('A top-up whose money is spent cannot be undone: the customer would be below zero.', async () => {
  const a = newId('Wallet');
  const topUp = topUpSettled({ ...about(), amount: 100n, walletId: a });
  await post(
    db,
    topUp,
    transferCompleted({ ...about(), amount: 60n, fee: 0n, fromWalletId: a, toWalletId: newId('Wallet') }),
  );
  const verdicts = await post(db, await reversalOf(db.prisma, topUp.id, { paymentId: null, occurredAt }));
  expect(verdicts).toMatchObject([{ verdict: 'REFUSED', reason: 'INSUFFICIENT_FUNDS', shortBy: 60n }]);
  expect(await balance(a)).toEqual([40n, 0n, 40n]);
});

test('After all of this the books are sound.', async () => {
  expect((await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);
});
