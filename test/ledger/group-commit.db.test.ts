import { expect, test } from 'vitest';
import { TransactionTimeoutError } from '../../src/db/sql-transaction.ts';
import { transaction } from '../../src/db/transaction.ts';
import { walletBalances } from '../../src/ledger/balance.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { payoutCompleted, payoutHeld, topUpSettled, transferCompleted } from '../../src/ledger/entries.ts';
import { createGroupCommit } from '../../src/ledger/group-commit.ts';
import { postEntries, type Verdict } from '../../src/ledger/post.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { holdsOf, post, richWallet, somePartner } from './books.ts';

const db = await testDatabase(60);
const { partnerId, about } = somePartner();
const hundred = Array.from({ length: 100 }, (_, index) => index);
const fifty = hundred.slice(0, 50);

async function posted(walletId: string): Promise<bigint | undefined> {
  return (await walletBalances(db.prisma, [walletId])).get(walletId)?.[0]?.posted;
}

const count = (verdicts: (Verdict | undefined)[]) => {
  const counts: Record<string, number> = {};
  for (const one of verdicts) {
    const name = one?.verdict === 'REFUSED' ? one.reason : (one?.verdict ?? 'none');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

/** How many transactions the entries of some drafts were written in. */
async function transactionsOf(ids: string[]): Promise<number> {
  const { rows } = await db.pool.query('SELECT DISTINCT xmin::text FROM journal_entry WHERE id = ANY ($1)', [ids]);
  return rows.length;
}

test('A hundred entries asked for at once share one transaction, and each learns its own verdict and counters.', async () => {
  const ledger = createGroupCommit(db);
  const wallets = hundred.map(() => newId('Wallet'));
  const drafts = wallets.map((walletId, index) => topUpSettled({ ...about(), amount: BigInt(index + 1), walletId }));
  const results = await Promise.all(drafts.map((draft) => ledger.post(draft)));
  expect(results.map(({ verdicts }) => verdicts)).toEqual(drafts.map(({ id }) => [{ verdict: 'POSTED', entryId: id }]));
  expect(await transactionsOf(drafts.map(({ id }) => id))).toBe(1);
  results.forEach(({ counters }, index) => {
    expect(counters.get(drafts[index]?.postings[0]?.credit.id ?? '')?.postedCredits).toBe(BigInt(index + 1));
  });
});

test('One refused entry among a hundred is refused alone, in the same transaction as its neighbours.', async () => {
  const ledger = createGroupCommit(db);
  const poor = newId('Wallet');
  const drafts = hundred.map((index) =>
    index === 42
      ? transferCompleted({ ...about(), amount: 1n, fee: 0n, fromWalletId: poor, toWalletId: newId('Wallet') })
      : topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') }),
  );
  const results = await Promise.all(drafts.map((draft) => ledger.post(draft)));
  expect(count(results.map(({ verdicts }) => verdicts[0]))).toEqual({ POSTED: 99, INSUFFICIENT_FUNDS: 1 });
  expect(results[42]?.verdicts).toMatchObject([{ verdict: 'REFUSED', shortBy: 1n }]);
  expect(await transactionsOf(drafts.map(({ id }) => id))).toBe(1);
});

test('One faulty entry among a hundred throws alone; the others are posted.', async () => {
  const ledger = createGroupCommit(db);
  const taken = topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') });
  await post(db, taken);
  const drafts = hundred.map(() => topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') }));
  const results = await Promise.allSettled(
    // its id is another entry's: the primary key refuses the whole group
    drafts.map((draft, index) => ledger.post(index === 7 ? { ...draft, id: taken.id } : draft)),
  );
  expect(results.filter(({ status }) => status === 'rejected').length).toBe(1);
  expect(results[7]).toMatchObject({ status: 'rejected', reason: { code: '23505' } });
  const ids = drafts.filter((_, index) => index !== 7).map(({ id }) => id);
  const { rows } = await db.pool.query('SELECT count(*)::int AS n FROM journal_entry WHERE id = ANY ($1)', [ids]);
  expect(rows).toEqual([{ n: 99 }]);
});

test('A draft that could not stand in any book throws alone, whatever it is asked for together with.', async () => {
  const ledger = createGroupCommit(db);
  const good = topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') });
  const [bad, fine] = await Promise.allSettled([ledger.post({ ...good, postings: [] }), ledger.post(good)]);
  expect([bad.status, fine.status]).toEqual(['rejected', 'fulfilled']);
});

test('The same key many times at once is posted once and replayed otherwise; with other lines it is a conflict.', async () => {
  const ledger = createGroupCommit(db, { batch: 10, lanes: 4 });
  const walletId = newId('Wallet');
  const draft = topUpSettled({ ...about(), amount: 5n, walletId });
  const again = () => ledger.post({ ...draft, id: newId('JournalEntry') });
  const other = { ...topUpSettled({ ...about(), amount: 6n, walletId: newId('Wallet') }), reference: draft.reference };
  const results = await Promise.all([ledger.post(draft), again(), again(), again(), ledger.post(other)]);
  expect(count(results.map(({ verdicts }) => verdicts[0]))).toEqual({ POSTED: 1, REPLAYED: 3, CONFLICT: 1 });
  expect(new Set(results.map(({ verdicts }) => verdicts[0]?.entryId))).toEqual(new Set([draft.id]));
  expect(await posted(walletId)).toBe(5n);
});

test('The same key at once through separate transactions and accounts: one is posted, the other a conflict.', async () => {
  const draft = topUpSettled({ ...about(), amount: 5n, walletId: newId('Wallet') });
  const far = somePartner().partnerId;
  const other = {
    ...topUpSettled({ ...about(), partnerId: far, amount: 5n, walletId: newId('Wallet') }),
    reference: draft.reference,
  };
  const verdicts = await Promise.all(
    [draft, other].map((one) => transaction(db, async (tx) => (await postEntries(tx, [one])).verdicts[0])),
  );
  expect(count(verdicts)).toEqual({ POSTED: 1, CONFLICT: 1 });
});

test('Entries of one account are posted in the order in which they were asked for, through any number of lanes.', async () => {
  const ledger = createGroupCommit(db, { batch: 7, lanes: 4 });
  const walletId = newId('Wallet');
  const drafts = hundred.map((index) =>
    index % 2
      ? transferCompleted({ ...about(), amount: 5n, fee: 0n, fromWalletId: walletId, toWalletId: newId('Wallet') })
      : topUpSettled({ ...about(), amount: 5n, walletId }),
  );
  const results = await Promise.all(drafts.map((draft) => ledger.post(draft)));
  expect(count(results.map(({ verdicts }) => verdicts[0]))).toEqual({ POSTED: 100 });
  expect(await posted(walletId)).toBe(0n);
});

test('Fifty parallel spends of one balance, each in its own transaction, admit exactly what the balance allows.', async () => {
  const a = await richWallet(db, partnerId, 305n);
  const spend = () =>
    transferCompleted({ ...about(), amount: 10n, fee: 0n, fromWalletId: a, toWalletId: newId('Wallet') });
  const verdicts = await Promise.all(
    fifty.map(() => transaction(db, async (tx) => (await postEntries(tx, [spend()])).verdicts[0])),
  );
  expect(count(verdicts)).toEqual({ POSTED: 30, INSUFFICIENT_FUNDS: 20 });
  expect(await posted(a)).toBe(5n);
});

test('Fifty parallel captures of one hold, each in its own transaction, take exactly the hold.', async () => {
  const a = await richWallet(db, partnerId, 1_000n);
  const held = payoutHeld({ ...about(), amount: 125n, fee: 0n, walletId: a, providerAccountId: null });
  await post(db, held);
  const [hold] = holdsOf(held);
  if (!hold) throw new Error('no hold');
  const take = () => payoutCompleted({ ...about(), holds: [{ ...hold, amount: 10n }] });
  const verdicts = await Promise.all(
    fifty.map(() => transaction(db, async (tx) => (await postEntries(tx, [take()])).verdicts[0])),
  );
  expect(count(verdicts)).toEqual({ POSTED: 12, HOLD_EXCEEDED: 38 });
  expect(await posted(a)).toBe(880n);
});

test('A server that is silent is not waited for, the lane goes on, and asking again finds out what stands.', async () => {
  const ledger = createGroupCommit(db, { lanes: 1, limitMs: 300 });
  const walletId = newId('Wallet');
  await ledger.post(topUpSettled({ ...about(), amount: 5n, walletId }));
  const drafts = [walletId, newId('Wallet')].map((wallet) =>
    topUpSettled({ ...about(), amount: 7n, walletId: wallet }),
  );
  const holder = await db.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM ledger_account WHERE id = $1 FOR UPDATE', [drafts[0]?.postings[0]?.credit.id]);
  const silent = await Promise.allSettled(drafts.map((draft) => ledger.post(draft)));
  for (const one of silent)
    expect(one).toMatchObject({ status: 'rejected', reason: expect.any(TransactionTimeoutError) });
  // what was asked for is still under way there: it stands when the lock is free
  await holder.query('COMMIT');
  holder.release();
  await expect.poll(() => posted(walletId)).toBe(12n);
  const again = await Promise.all(drafts.map((draft) => ledger.post({ ...draft, id: newId('JournalEntry') })));
  expect(count(again.map(({ verdicts }) => verdicts[0]))).toEqual({ REPLAYED: 2 });
  expect(await posted(walletId)).toBe(12n);
});

test('Many spends back and forth between a few wallets never deadlock and never lose a kopeck.', async () => {
  const wallets = await Promise.all([1, 2, 3, 4].map(() => richWallet(db, partnerId, 1_000n)));
  const ledger = createGroupCommit(db, { batch: 5, lanes: 4 });
  const pair = (index: number) => ({
    fromWalletId: wallets[index % 4] ?? '',
    toWalletId: wallets[(index + 1 + (index % 3)) % 4] ?? '',
  });
  await Promise.all(
    hundred.flatMap((index) => [
      ledger.post(transferCompleted({ ...about(), amount: 3n, fee: 0n, ...pair(index) })),
      transaction(db, (tx) =>
        postEntries(tx, [transferCompleted({ ...about(), amount: 2n, fee: 0n, ...pair(index + 1) })]),
      ),
    ]),
  );
  const balances = await Promise.all(wallets.map(posted));
  expect(balances.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n)).toBe(4_000n);
});

test('A transaction that rolls back after posting leaves nothing behind.', async () => {
  const walletId = newId('Wallet');
  const draft = topUpSettled({ ...about(), amount: 5n, walletId });
  const work = transaction(db, async (tx) => {
    await postEntries(tx, [draft]);
    throw new Error('the caller changed its mind');
  });
  await expect(work).rejects.toThrow('changed its mind');
  expect(await posted(walletId)).toBeUndefined();
  expect(await post(db, draft)).toMatchObject([{ verdict: 'POSTED' }]);
});

test('After all of this the books are sound.', async () => {
  expect((await verifyLedger(db)).checks.flatMap(({ breaks }) => breaks)).toEqual([]);
});
