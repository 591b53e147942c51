import { expect, test } from 'vitest';
import { walletAccount } from '../../src/ledger/account.ts';
import { journalEntries, journalEntriesById, ledgerAccounts } from '../../src/ledger/books.ts';
import { testDatabase } from '../support/db.ts';
import { sampleBooks } from './books.ts';

const db = await testDatabase();
const mine = await sampleBooks(db);
const theirs = await sampleBooks(db);

/** Reads a list page by page, two at a time. */
async function whole<T extends { cursor: string }>(
  read: (after: string | null) => Promise<{ items: T[]; hasNext: boolean }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { items, hasNext } = await read(after);
    all.push(...items);
    after = items.at(-1)?.cursor ?? null;
    more = hasNext;
  }
  return all;
}

test("A partner's accounts come page by page with their counters; nobody else's among them.", async () => {
  const accounts = await whole((after) => ledgerAccounts(db.prisma, mine.partnerId, { first: 2, after }));
  expect(accounts.map(({ code }) => code).sort()).toEqual(
    [
      `bank:${mine.partnerId}:RUB`,
      `fee-income:${mine.partnerId}:RUB`,
      `wallet:${mine.a}:RUB`,
      `wallet:${mine.b}:RUB`,
    ].sort(),
  );
  expect(accounts.find(({ id }) => id === mine.wallet)).toMatchObject({
    kind: 'LIABILITY',
    currency: 'RUB',
    walletId: mine.a,
    postedCredits: 12_525n,
    postedDebits: 2_935n,
    pendingDebits: 600n,
    pendingCredits: 0n,
  });
  const found = await ledgerAccounts(db.prisma, null, { first: 10, search: mine.a.toUpperCase() });
  expect(found.items.map(({ id }) => id)).toEqual([mine.wallet]);
});

test('Entries come newest first with their postings, all of them, of one account, or of one payment.', async () => {
  const all = await whole((after) => journalEntries(db.prisma, mine.partnerId, { first: 2, after }));
  expect(all.map(({ code }) => code)).toEqual([
    'TOP_UP_SETTLED',
    'REVERSED',
    'PAYOUT_COMPLETED',
    'PAYOUT_HELD',
    'TRANSFER_COMPLETED',
    'TOP_UP_SETTLED',
  ]);
  const reversal = all[1];
  expect(reversal).toMatchObject({ reversesId: mine.transfer.id, reference: mine.transfer.id });
  expect(reversal?.postings.map(({ number, kind, amount }) => [number, kind, amount])).toEqual([
    [1, 'POST', 25n],
    [2, 'POST', 2_500n],
  ]);
  const b = walletAccount(mine.partnerId, mine.b, 'RUB').id;
  const ofAccount = await whole((after) =>
    journalEntries(db.prisma, mine.partnerId, { first: 1, after, accountId: b }),
  );
  expect(ofAccount.map(({ code }) => code)).toEqual(['TOP_UP_SETTLED', 'REVERSED', 'TRANSFER_COMPLETED']);
  const paymentId = all[3]?.paymentId ?? '';
  const ofPayment = await journalEntries(db.prisma, mine.partnerId, { first: 10, paymentId });
  expect(ofPayment.items.map(({ code }) => code)).toEqual(['PAYOUT_HELD']);
});

test("Another partner's entries do not exist, whichever way they are asked for; everybody's are there for the house.", async () => {
  const foreign = { first: 10, accountId: theirs.wallet };
  expect((await journalEntries(db.prisma, mine.partnerId, foreign)).items).toEqual([]);
  expect(await journalEntriesById(db.prisma, mine.partnerId, [theirs.transfer.id])).toEqual([]);
  const both = await journalEntriesById(db.prisma, null, [theirs.transfer.id, mine.transfer.id]);
  expect(both.map(({ id, postings }) => [id, postings.length]).sort()).toEqual(
    [
      [theirs.transfer.id, 2],
      [mine.transfer.id, 2],
    ].sort(),
  );
  expect((await journalEntries(db.prisma, null, { first: 50 })).items.length).toBe(12);
});

test('A cursor that is garbage is refused with its field.', async () => {
  const after = "' OR 1=1";
  for (const read of [
    () => ledgerAccounts(db.prisma, null, { first: 1, after }),
    () => journalEntries(db.prisma, null, { first: 1, after }),
    () => journalEntries(db.prisma, null, { first: 1, after, accountId: mine.wallet }),
  ]) {
    await expect(read()).rejects.toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: ['after'] }] });
  }
});
