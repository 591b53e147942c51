import { expect, test } from 'vitest';
import { bankAccount, feeIncomeAccount, walletAccount } from '../../src/ledger/account.ts';
import {
  payoutCompleted,
  payoutHeld,
  payoutVoided,
  topUpSettled,
  transferCompleted,
} from '../../src/ledger/entries.ts';
import { compile, POST_STATEMENT, postEntries } from '../../src/ledger/post.ts';
import { move } from '../../src/ledger/posting.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { closeAccount, holdsOf, post, richWallet, sampleBooks, somePartner, wholeBooks } from './books.ts';

const db = await testDatabase();
const { partnerId, about } = somePartner();
const payout = { amount: 500n, fee: 5n, providerAccountId: null };

async function somePayout() {
  const walletId = await richWallet(db, partnerId, 1_000n);
  const held = payoutHeld({ ...about(), ...payout, walletId });
  await post(db, held);
  const [main, fee] = holdsOf(held);
  if (!main || !fee) throw new Error('a payout with a fee makes two holds');
  return { walletId, main, fee };
}

test('More than is available is refused, says by how much, and moves nothing: neither amount nor fee, hold or overdue fee.', async () => {
  const a = await richWallet(db, partnerId, 100n);
  const wallet = walletAccount(partnerId, a, 'RUB');
  const before = await wholeBooks(db);
  const to = newId('Wallet');
  const verdicts = await post(
    db,
    transferCompleted({ ...about(), amount: 101n, fee: 0n, fromWalletId: a, toWalletId: to }),
    transferCompleted({ ...about(), amount: 100n, fee: 3n, fromWalletId: a, toWalletId: to }),
    payoutHeld({ ...about(), amount: 100n, fee: 7n, walletId: a, providerAccountId: null }),
  );
  const short = (shortBy: bigint) => ({
    verdict: 'REFUSED',
    reason: 'INSUFFICIENT_FUNDS',
    accountId: wallet.id,
    shortBy,
  });
  expect(verdicts).toMatchObject([short(1n), short(3n), short(7n)]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('What is held cannot be spent a second time.', async () => {
  const { walletId } = await somePayout();
  const before = await wholeBooks(db);
  const spend = transferCompleted({
    ...about(),
    amount: 496n,
    fee: 0n,
    fromWalletId: walletId,
    toWalletId: newId('Wallet'),
  });
  expect(await post(db, spend)).toMatchObject([{ reason: 'INSUFFICIENT_FUNDS', shortBy: 1n }]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('A closed account takes nothing and gives nothing.', async () => {
  const [a, b] = [await richWallet(db, partnerId, 100n), await richWallet(db, partnerId, 100n)];
  const closed = walletAccount(partnerId, b, 'RUB');
  await closeAccount(db, closed);
  const before = await wholeBooks(db);
  const verdicts = await post(
    db,
    transferCompleted({ ...about(), amount: 1n, fee: 0n, fromWalletId: a, toWalletId: b }),
    transferCompleted({ ...about(), amount: 1n, fee: 0n, fromWalletId: b, toWalletId: a }),
  );
  const refused = { verdict: 'REFUSED', reason: 'ACCOUNT_CLOSED', accountId: closed.id };
  expect(verdicts).toMatchObject([refused, refused]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('A line between two currencies is refused.', async () => {
  const a = await richWallet(db, partnerId, 100n);
  const before = await wholeBooks(db);
  const [rub, usd] = [walletAccount(partnerId, a, 'RUB'), walletAccount(partnerId, a, 'USD')];
  const draft = topUpSettled({ ...about(), amount: 1n, walletId: a });
  const verdicts = await post(db, { ...draft, postings: [...draft.postings, move(rub, usd, 1n)] });
  expect(verdicts).toMatchObject([{ verdict: 'REFUSED', reason: 'CURRENCY_MISMATCH', accountId: usd.id }]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('A hold cannot be captured or released beyond what remains of it, nor when it is closed, nor when it never was.', async () => {
  const { main, fee } = await somePayout();
  await post(db, payoutCompleted({ ...about(), holds: [{ ...main, amount: 200n }, fee] }));
  const before = await wholeBooks(db);
  const verdicts = await post(
    db,
    payoutCompleted({ ...about(), holds: [{ ...main, amount: 301n }] }),
    payoutVoided({ ...about(), holds: [{ ...main, amount: 301n }] }),
    payoutCompleted({
      ...about(),
      holds: [
        { ...main, amount: 300n },
        { ...fee, amount: 1n },
      ],
    }),
    payoutVoided({ ...about(), holds: [{ ...main, id: newId('Hold'), amount: 1n }] }),
  );
  const exceeded = { verdict: 'REFUSED', reason: 'HOLD_EXCEEDED', holdId: main.id, available: 300n, required: 301n };
  expect(verdicts).toMatchObject([
    exceeded,
    exceeded,
    { reason: 'HOLD_NOT_OPEN', holdId: fee.id },
    { reason: 'HOLD_NOT_OPEN' },
  ]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('A hold answers only to its own accounts: another wallet cannot capture it, nor can it be sent elsewhere.', async () => {
  const { main } = await somePayout();
  const thief = walletAccount(partnerId, await richWallet(db, partnerId, 1_000n), 'RUB');
  const before = await wholeBooks(db);
  const verdicts = await post(
    db,
    payoutCompleted({ ...about(), holds: [{ ...main, credit: thief, amount: 1n }] }),
    payoutVoided({ ...about(), holds: [{ ...main, debit: thief, amount: 1n }] }),
  );
  const refused = { verdict: 'REFUSED', reason: 'HOLD_NOT_OPEN', holdId: main.id };
  expect(verdicts).toMatchObject([refused, refused]);
  expect(await wholeBooks(db)).toEqual(before);
});

test('An entry refused at its last line takes back its holds and captures of the lines before.', async () => {
  const { walletId, main } = await somePayout();
  const before = await wholeBooks(db);
  const refused = payoutHeld({ ...about(), amount: 10n, fee: 10n, walletId, providerAccountId: null });
  const [first] = refused.postings;
  if (!first) throw new Error('no posting');
  const captureOfNew = { ...first, kind: 'CAPTURE' as const };
  const captureOfOld = payoutCompleted({ ...about(), holds: [{ ...main, amount: 100n }] }).postings;
  const tooMuch = move(walletAccount(partnerId, walletId, 'RUB'), feeIncomeAccount(partnerId, 'RUB'), 9_999n);
  const draft = { ...refused, postings: [...refused.postings, captureOfNew, ...captureOfOld, tooMuch] };
  expect(await post(db, draft)).toMatchObject([{ verdict: 'REFUSED', reason: 'INSUFFICIENT_FUNDS' }]);
  expect(await wholeBooks(db)).toEqual(before);
  expect(await post(db, payoutCompleted({ ...about(), holds: [main] }))).toMatchObject([{ verdict: 'POSTED' }]);
});

test('A draft without lines, with a zero or negative amount, or from an account to itself is our defect and reaches no book.', async () => {
  const a = newId('Wallet');
  const before = await wholeBooks(db);
  const draft = topUpSettled({ ...about(), amount: 1n, walletId: a });
  const [bank, wallet] = [bankAccount(partnerId, 'RUB'), walletAccount(partnerId, a, 'RUB')];
  const impossible = [[], [move(bank, wallet, 0n)], [move(bank, wallet, -1n)], [move(wallet, wallet, 1n)]];
  for (const postings of impossible) {
    await expect(postEntries(db.prisma, [{ ...draft, postings }])).rejects.toThrow(/no lines|impossible line/);
  }
  await expect(postEntries(db.prisma, [topUpSettled({ ...about(), amount: 0n, walletId: a })])).rejects.toThrow(
    'no lines',
  );
  await expect(postEntries(db.prisma, [draft, draft])).rejects.toThrow('one entry twice');
  await expect(postEntries(db.prisma, [])).rejects.toThrow('posts nothing');
  expect(await wholeBooks(db)).toEqual(before);
});

test('A replay together with a new entry changes nothing of the old one, not even its place before the sealer.', async () => {
  const a = newId('Wallet');
  const draft = topUpSettled({ ...about(), amount: 1n, walletId: a });
  await post(db, draft);
  await db.pool.query('DELETE FROM journal_unsealed'); // as if all had been sealed
  const fresh = topUpSettled({ ...about(), amount: 1n, walletId: a });
  expect(await post(db, draft, fresh)).toMatchObject([{ verdict: 'REPLAYED' }, { verdict: 'POSTED' }]);
  const { rows } = await db.pool.query<{ entry_id: string }>('SELECT entry_id FROM journal_unsealed');
  expect(rows).toEqual([{ entry_id: fresh.id }]);
});

test('References that look like array syntax are kept as they are.', async () => {
  const reference = '{"a\\b",NULL,\'} ✓';
  const draft = topUpSettled({ ...about(), reference, amount: 1n, walletId: newId('Wallet') });
  expect(await post(db, draft)).toMatchObject([{ verdict: 'POSTED' }]);
  expect(await post(db, { ...draft, id: newId('JournalEntry') })).toEqual([{ verdict: 'REPLAYED', entryId: draft.id }]);
  const { rows } = await db.pool.query('SELECT reference FROM journal_entry WHERE id = $1', [draft.id]);
  expect(rows).toEqual([{ reference }]);
});

test.each([
  'journal_entry',
  'journal_entry_rest',
  'posting',
  'posting_rest',
  'account_line',
  'account_line_rest',
  'journal_key',
  'journal_seal',
])('The table %s only grows: the database refuses UPDATE, DELETE and TRUNCATE.', async (table) => {
  await sampleBooks(db);
  const before = await wholeBooks(db);
  const column = table.startsWith('journal_entry') ? 'reference' : 'entry_id';
  for (const sql of [
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]) {
    await expect(db.pool.query(sql)).rejects.toThrow('append-only');
  }
  expect(await wholeBooks(db)).toEqual(before);
});

test.each([
  'journal_entry',
  'journal_entry_rest',
  'posting',
  'posting_rest',
  'account_line',
  'account_line_rest',
  'journal_key',
])('Nobody but ledger_post adds to %s, however well the row would fit.', async (table) => {
  await sampleBooks(db);
  const before = await wholeBooks(db);
  const refused = `${table} is written by ledger_post alone`;
  await expect(db.pool.query(`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`)).rejects.toThrow(refused);
  const session = await db.pool.connect();
  try {
    // not even in the transaction in which ledger_post has just written
    await session.query('BEGIN');
    const draft = topUpSettled({ ...about(), amount: 1n, walletId: newId('Wallet') });
    await session.query(POST_STATEMENT, compile([draft]).values);
    await expect(session.query(`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`)).rejects.toThrow(refused);
  } finally {
    await session.query('ROLLBACK');
    session.release();
  }
  expect(await wholeBooks(db)).toEqual(before);
});

test('An account that postings name is neither removed nor made another.', async () => {
  const books = await sampleBooks(db);
  const before = await wholeBooks(db);
  for (const sql of [
    'DELETE FROM ledger_account',
    'TRUNCATE ledger_account CASCADE',
    `UPDATE ledger_account SET id = 'acc_other' WHERE id = '${books.wallet}'`,
    `UPDATE ledger_account SET currency = 'USD' WHERE id = '${books.wallet}'`,
  ]) {
    await expect(db.pool.query(sql)).rejects.toThrow('append-only');
  }
  expect(await wholeBooks(db)).toEqual(before);
});

test('An overdraft written past the code is refused by the database itself, posted or pending.', async () => {
  const account = walletAccount(partnerId, await richWallet(db, partnerId, 100n), 'RUB');
  const before = await wholeBooks(db);
  for (const change of ['posted_debits = 101', 'pending_debits = 101', 'posted_credits = 0, posted_debits = 1']) {
    await expect(db.pool.query(`UPDATE ledger_account SET ${change} WHERE id = $1`, [account.id])).rejects.toThrow(
      'no_overdraft',
    );
  }
  await expect(
    db.pool.query('UPDATE ledger_account SET posted_debits = -1 WHERE id = $1', [account.id]),
  ).rejects.toThrow('counters_not_negative');
  expect(await wholeBooks(db)).toEqual(before);
});
