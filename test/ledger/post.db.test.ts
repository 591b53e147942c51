import { expect, test } from 'vitest';
import { walletAccount } from '../../src/ledger/account.ts';
import { payoutCompleted, payoutHeld, topUpSettled, transferCompleted } from '../../src/ledger/entries.ts';
import { postEntries } from '../../src/ledger/post.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';

const db = await testDatabase();
const partnerId = newId('Partner');
const about = () => ({
  partnerId,
  currency: 'RUB',
  reference: newId('Payment'),
  occurredAt: new Date('2026-11-22T10:00:00Z'),
});

test('A top-up, a transfer with a fee, a hold and its capture stand in the counters of each account.', async () => {
  const [a, b] = [newId('Wallet'), newId('Wallet')];
  const first = await postEntries(db.prisma, [
    topUpSettled({ ...about(), amount: 10_000n, walletId: a }),
    transferCompleted({ ...about(), amount: 2_500n, fee: 25n, fromWalletId: a, toWalletId: b }),
  ]);
  expect(first.verdicts.map((v) => v.verdict)).toEqual(['POSTED', 'POSTED']);
  const held = payoutHeld({ ...about(), amount: 1_000n, fee: 10n, walletId: a, providerAccountId: null });
  await postEntries(db.prisma, [held]);
  const holds = held.postings.map((p) => ({ id: p.holdId ?? '', debit: p.debit, credit: p.credit, amount: p.amount }));
  const last = await postEntries(db.prisma, [payoutCompleted({ ...about(), holds })]);
  expect(last.verdicts[0]?.verdict).toBe('POSTED');
  expect(last.counters.get(walletAccount(partnerId, a, 'RUB').id)).toEqual({
    postedDebits: 3_535n,
    postedCredits: 10_000n,
    pendingDebits: 0n,
    pendingCredits: 0n,
  });
});

test('A refused entry leaves no trace and does not spoil its neighbours.', async () => {
  const [a, b] = [newId('Wallet'), newId('Wallet')];
  const result = await postEntries(db.prisma, [
    topUpSettled({ ...about(), amount: 100n, walletId: a }),
    transferCompleted({ ...about(), amount: 90n, fee: 11n, fromWalletId: a, toWalletId: b }),
    transferCompleted({ ...about(), amount: 100n, fee: 0n, fromWalletId: a, toWalletId: b }),
  ]);
  expect(result.verdicts).toMatchObject([
    { verdict: 'POSTED' },
    { verdict: 'REFUSED', reason: 'INSUFFICIENT_FUNDS', accountId: walletAccount(partnerId, a, 'RUB').id, shortBy: 1n },
    { verdict: 'POSTED' },
  ]);
});

test('The same entry again is a replay, with other lines a conflict; neither moves anything.', async () => {
  const [a, b] = [newId('Wallet'), newId('Wallet')];
  await postEntries(db.prisma, [topUpSettled({ ...about(), amount: 100n, walletId: a })]);
  const draft = transferCompleted({ ...about(), amount: 40n, fee: 0n, fromWalletId: a, toWalletId: b });
  const once = await postEntries(db.prisma, [draft]);
  const again = await postEntries(db.prisma, [{ ...draft, id: newId('JournalEntry') }]);
  const other = await postEntries(db.prisma, [
    {
      ...transferCompleted({ ...about(), amount: 41n, fee: 0n, fromWalletId: a, toWalletId: b }),
      reference: draft.reference,
    },
  ]);
  expect(once.verdicts).toEqual([{ verdict: 'POSTED', entryId: draft.id }]);
  expect(again.verdicts).toEqual([{ verdict: 'REPLAYED', entryId: draft.id }]);
  expect(other.verdicts).toEqual([{ verdict: 'CONFLICT', entryId: draft.id }]);
  const ids = [a, b].map((walletId) => walletAccount(partnerId, walletId, 'RUB').id);
  expect(ids.map((id) => once.counters.get(id)?.postedCredits)).toEqual([100n, 40n]);
  for (const id of ids) expect(other.counters.get(id)).toEqual(once.counters.get(id));
  expect(once.counters.get(newId('LedgerAccount'))).toBeUndefined();
});
