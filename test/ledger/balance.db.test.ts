import { expect, test } from 'vitest';
import { walletAccount } from '../../src/ledger/account.ts';
import { balanceAt, trialBalance, walletBalances } from '../../src/ledger/balance.ts';
import {
  payoutCompleted,
  payoutHeld,
  payoutVoided,
  topUpSettled,
  transferCompleted,
} from '../../src/ledger/entries.ts';
import { openHolds } from '../../src/ledger/holds.ts';
import { postEntries } from '../../src/ledger/post.ts';
import type { JournalEntryDraft } from '../../src/ledger/posting.ts';
import { type Page, type StatementLine, statement } from '../../src/ledger/statement.ts';
import { newId } from '../../src/lib/ids.ts';
import { testDatabase } from '../support/db.ts';
import { post, richWallet, somePartner } from './books.ts';

const db = await testDatabase();

test('Balances of many wallets come in one call, per currency; what is held is not available.', async () => {
  const { partnerId, about } = somePartner();
  const [a, empty] = [await richWallet(db, partnerId, 10_000n), newId('Wallet')];
  const paymentId = newId('Payment');
  await post(
    db,
    topUpSettled({ ...about(), currency: 'EUR', amount: 700n, walletId: a }),
    payoutHeld({ ...about(), paymentId, amount: 1_000n, fee: 10n, walletId: a, providerAccountId: null }),
  );
  const balances = await walletBalances(db.prisma, [a, empty]);
  expect(balances.get(empty)).toEqual([]);
  expect(balances.get(a)).toEqual([
    {
      walletId: a,
      accountId: walletAccount(partnerId, a, 'EUR').id,
      currency: 'EUR',
      posted: 700n,
      pending: 0n,
      available: 700n,
    },
    {
      walletId: a,
      accountId: walletAccount(partnerId, a, 'RUB').id,
      currency: 'RUB',
      posted: 10_000n,
      pending: 1_010n,
      available: 8_990n,
    },
  ]);
  const holds = await openHolds(db.prisma, paymentId);
  expect(holds.map(({ amount, debit }) => ({ amount, debit }))).toEqual([
    { amount: 1_000n, debit: walletAccount(partnerId, a, 'RUB') },
    { amount: 10n, debit: walletAccount(partnerId, a, 'RUB') },
  ]);
  expect(await post(db, payoutCompleted({ ...about(), paymentId, holds }))).toMatchObject([{ verdict: 'POSTED' }]);
  expect(await openHolds(db.prisma, paymentId)).toEqual([]);
});

test('The balance at every instant between two steps is what it was then; before the first it is zero.', async () => {
  const { partnerId, about } = somePartner();
  const [a, b] = [newId('Wallet'), newId('Wallet')];
  const paymentId = newId('Payment');
  const held = payoutHeld({ ...about(), paymentId, amount: 300n, fee: 0n, walletId: a, providerAccountId: null });
  const steps: (() => Promise<JournalEntryDraft>)[] = [
    async () => topUpSettled({ ...about(), amount: 1_000n, walletId: a }),
    async () => transferCompleted({ ...about(), amount: 200n, fee: 5n, fromWalletId: a, toWalletId: b }),
    async () => held,
    async () => payoutVoided({ ...about(), holds: await openHolds(db.prisma, paymentId) }),
  ];
  const instants: Date[] = [];
  for (const step of steps) {
    const { recordedAt } = await postEntries(db.prisma, [await step()]);
    instants.push(recordedAt);
    while (Date.now() <= recordedAt.getTime()); // the next step is a millisecond later at least
  }
  const account = walletAccount(partnerId, a, 'RUB').id;
  const seen = [];
  for (const at of [new Date(0), ...instants]) seen.push(await balanceAt(db.prisma, account, at));
  expect(seen.map((balance) => [balance?.posted, balance?.available])).toEqual([
    [0n, 0n],
    [1_000n, 1_000n],
    [795n, 795n],
    [795n, 495n],
    [795n, 795n],
  ]);
});

test('A statement shows posted lines only, newest first, page by page, each with the balance after it.', async () => {
  const { partnerId, about } = somePartner();
  const a = await richWallet(db, partnerId, 1_000n);
  const paymentId = newId('Payment');
  await post(
    db,
    transferCompleted({ ...about(), amount: 100n, fee: 1n, fromWalletId: a, toWalletId: newId('Wallet') }),
    payoutHeld({ ...about(), paymentId, amount: 300n, fee: 0n, walletId: a, providerAccountId: null }),
    topUpSettled({ ...about(), currency: 'EUR', amount: 50n, walletId: a }),
  );
  await post(db, payoutCompleted({ ...about(), paymentId, holds: await openHolds(db.prisma, paymentId) }));
  const accounts = ['RUB', 'EUR'].map((currency) => walletAccount(partnerId, a, currency).id);
  const whole = await statement(db.prisma, accounts, { first: 50 });
  const rub = whole.items.filter(({ currency }) => currency === 'RUB');
  expect(rub.map(({ code, amount, balanceAfter }) => [code, amount, balanceAfter])).toEqual([
    ['PAYOUT_COMPLETED', -300n, 599n],
    ['TRANSFER_COMPLETED', -1n, 899n],
    ['TRANSFER_COMPLETED', -100n, 900n],
    ['TOP_UP_SETTLED', 1_000n, 1_000n],
  ]);
  expect(whole.hasNext).toBe(false);
  const paged = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: Page<StatementLine> = await statement(db.prisma, accounts, { first: 2, after });
    paged.push(...page.items);
    after = page.items.at(-1)?.cursor ?? null;
    more = page.hasNext;
  }
  expect(paged).toEqual(whole.items);
  expect(rub[0]?.paymentId).toBe(paymentId);
});

test('A statement keeps to its instants, and refuses a cursor that is garbage.', async () => {
  const { partnerId } = somePartner();
  const a = await richWallet(db, partnerId, 1_000n);
  const accounts = [walletAccount(partnerId, a, 'RUB').id];
  const at = (await statement(db.prisma, accounts, { first: 1 })).items[0]?.recordedAt ?? new Date(0);
  const later = new Date(at.getTime() + 1);
  const count = async (from: Date, to: Date) =>
    (await statement(db.prisma, accounts, { first: 9, from, to })).items.length;
  expect([await count(at, later), await count(later, new Date(2e12)), await count(new Date(0), at)]).toEqual([1, 0, 0]);
  await expect(statement(db.prisma, accounts, { first: 1, after: 'x' })).rejects.toThrow('no cursor of a statement');
});

test('The trial balance has equal sides in every currency, now and at any instant.', async () => {
  const { partnerId, about } = somePartner();
  const a = newId('Wallet');
  const first = await postEntries(db.prisma, [topUpSettled({ ...about(), amount: 1_000n, walletId: a })]);
  while (Date.now() <= first.recordedAt.getTime()); // the next step is a millisecond later at least
  await post(
    db,
    transferCompleted({ ...about(), amount: 100n, fee: 1n, fromWalletId: a, toWalletId: newId('Wallet') }),
    topUpSettled({ ...about(), currency: 'JPY', amount: 7n, walletId: a }),
  );
  expect(await trialBalance(db.prisma, partnerId)).toEqual([
    { currency: 'JPY', debits: 7n, credits: 7n },
    { currency: 'RUB', debits: 1_101n, credits: 1_101n },
  ]);
  expect(await trialBalance(db.prisma, partnerId, first.recordedAt)).toEqual([
    { currency: 'RUB', debits: 1_000n, credits: 1_000n },
  ]);
  for (const { debits, credits } of await trialBalance(db.prisma, null)) expect(debits).toBe(credits);
});
