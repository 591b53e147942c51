import { afterAll, expect, test } from 'vitest';
import {
  CreateTransferBatchDocument,
  type EventFieldsFragment,
  FollowEventsDocument,
  LedgerAccountsDocument,
  PaymentPageDocument,
  ReadEventsDocument,
  ResolvePaymentDocument,
  TrialBalanceDocument,
  WalletBalanceDocument,
  WalletPageDocument,
  WatchPaymentDocument,
  WatchWalletDocument,
} from '../../schema/operations.ts';
import { encodeCursor, sequenceEvents } from '../../src/events/log.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, type Person, rub, type Shop, unique } from '../support/builders.ts';
import { subscribe } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * The P2B lending round: three lenders top up and fund two loans in batches, the borrowers repay with interest, the lenders
 * withdraw to their banks, one of them in vain at first. Every figure to the kopeck, with and without a fee on transfers.
 */

const gateway = await startTestApp();
afterAll(async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]));

/** What the lenders put into each loan, and get back from it with 12.34 % on top, rounded by the platform. */
const lent = { tile: ['50000.00', '30000.01', '19999.99'], bakery: ['7000.50', '12000.25', '999.25'] };
const owed = { tile: ['56170.00', '33702.01', '22467.99'], bakery: ['7864.36', '13481.08', '1122.56'] };

interface Round {
  shop: Shop;
  lenders: { person: Person; wallet: string }[];
  tile: { person: Person; wallet: string };
  bakery: { person: Person; wallet: string };
}

async function openRound(fee: number): Promise<Round> {
  const shop = await openShop(gateway, { name: `P2B with a fee of ${fee} bp`, fee });
  const member = async (holds?: string) => {
    const person = await shop.customer();
    return { person, wallet: await shop.wallet({ owner: person, ...(holds ? { holds } : {}) }) };
  };
  const lenders = await Promise.all(['60000', '50000.50', '30000.99'].map(member));
  return { shop, lenders, tile: await member('15000'), bakery: await member('3000') };
}

/** One batch: each lender's part, to the borrower or back. */
function legs({ lenders }: Round, borrower: string, amounts: string[], back: boolean) {
  return lenders.map(({ wallet }, index) => ({
    fromWalletId: back ? borrower : wallet,
    toWalletId: back ? wallet : borrower,
    amount: rub(amounts[index] ?? ''),
  }));
}

const batch = async (shop: Shop, transfers: ReturnType<typeof legs>, note: string) => {
  const input = { idempotencyKey: unique('batch'), transfers, note };
  const { transferBatchCreate } = await shop.call(CreateTransferBatchDocument, { input });
  return done(transferBatchCreate, 'TransferBatchCreateSuccess');
};

async function balance({ shop }: Round, id: string): Promise<Record<string, string | undefined>> {
  const { wallet } = await shop.call(WalletBalanceDocument, { id });
  return { posted: wallet?.balance?.posted.amount, pending: wallet?.balance?.pending.amount };
}
const balances = async (round: Round) => {
  const ids = [...round.lenders, round.tile, round.bakery].map(({ wallet }) => wallet);
  return (await Promise.all(ids.map((id) => balance(round, id)))).map(({ posted }) => posted);
};

async function resolve(shop: Shop, paymentId: string, outcome: 'COMPLETED' | 'DECLINED', evidence: string) {
  const { paymentResolve } = await shop.call(ResolvePaymentDocument, { input: { paymentId, outcome, evidence } });
  return done(paymentResolve, 'PaymentResolveSuccess').payment;
}

/** Posted debits less credits of each account of the chart that is no wallet, by the first word of its code. */
async function chart(shop: Shop): Promise<Record<string, string>> {
  const { ledger } = await shop.call(LedgerAccountsDocument, { first: 50 });
  const others = ledger.accounts.edges.filter(({ node }) => !node.code.startsWith('wallet:'));
  const kopecks = (amount: string) => BigInt(amount.replace('.', ''));
  return Object.fromEntries(
    others.map(({ node }) => [
      node.code.split(':')[0],
      String(kopecks(node.postedDebits.amount) - kopecks(node.postedCredits.amount)),
    ]),
  );
}

/** Reads until each of these has come, in this order and nothing between. */
async function expectEvents(source: { next(): Promise<{ events: EventFieldsFragment }> }, types: string[]) {
  const seen: EventFieldsFragment[] = [];
  for (const _ of types) seen.push((await source.next()).events);
  expect(seen.map(({ type }) => type)).toEqual(types);
  return seen;
}

const made = ['PAYMENT_CREATED', 'PAYMENT_PROCESSING', 'PAYMENT_COMPLETED', 'BALANCE_CHANGED'];
const received = ['PAYMENT_COMPLETED', 'PAYMENT_COMPLETED', 'PAYMENT_COMPLETED', 'BALANCE_CHANGED'];

test.each([
  {
    name: 'without a fee',
    fee: 0,
    afterLoans: ['2999.50', '8000.24', '9001.75', '115000.00', '23000.00'],
    afterRepayment: ['67033.86', '55183.33', '32592.30', '2660.00', '532.00'],
    afterWithdrawal: ['7033.86', '5182.84', '2592.30', '2660.00', '532.00'],
    others: { bank: '1800100' },
    turnover: '552809.98',
  },
  {
    name: 'with a fee of half a percent',
    fee: 50,
    afterLoans: ['2714.50', '7790.24', '8896.75', '115000.00', '23000.00'],
    afterRepayment: ['66748.86', '54973.33', '32487.30', '2098.30', '419.66'],
    afterWithdrawal: ['6748.86', '4972.84', '2487.30', '2098.30', '419.66'],
    others: { bank: '1800100', 'fee-income': '-127404' },
    turnover: '554084.02',
  },
])('Three lenders fund two loans, are repaid and withdraw $name', async (expected) => {
  const round = await openRound(expected.fee);
  const { shop, lenders, tile, bakery } = round;
  const [first, second, third] = lenders as [Round['tile'], Round['tile'], Round['tile']];
  const socket = (token: string) => gateway.ws(token);
  // from the beginning of the log, so that nothing depends on when a socket is ready
  const lenderSees = subscribe(socket(second.person.token), FollowEventsDocument, { after: encodeCursor(0n) });
  const borrowerSees = subscribe(socket(tile.person.token), FollowEventsDocument, { after: encodeCursor(0n) });
  for (const sees of [lenderSees, borrowerSees]) await expectEvents(sees, ['WALLET_OPENED', ...made]);
  const walletSeen = subscribe(socket(tile.person.token), WatchWalletDocument, { id: tile.wallet });
  expect((await walletSeen.next()).walletUpdated.balances[0]?.available).toEqual(rub('15000.00'));

  const loan = await batch(shop, legs(round, tile.wallet, lent.tile, false), 'Loan 1: tiles');
  expect(loan.payments.map(({ status, amount }) => [status, amount.amount])).toEqual(
    lent.tile.map((amount) => ['COMPLETED', amount]),
  );
  expect((await walletSeen.next()).walletUpdated.balances[0]?.available).toEqual(rub('115000.00'));
  const [created, , , balanceOfLender] = await expectEvents(lenderSees, made);
  expect(created).toMatchObject({ payment: { id: loan.payments[1]?.id, status: 'CREATED' } });
  expect(balanceOfLender).toMatchObject({ wallet: { id: second.wallet } });
  expect((await expectEvents(borrowerSees, received)).map((event) => 'payment' in event && event.payment.id)).toEqual([
    ...loan.payments.map(({ id }) => id),
    false,
  ]);
  await batch(shop, legs(round, bakery.wallet, lent.bakery, false), 'Loan 2: an oven');
  await expectEvents(lenderSees, made);
  expect(await balances(round)).toEqual(expected.afterLoans);

  await batch(shop, legs(round, tile.wallet, owed.tile, true), 'Loan 1 repaid');
  await batch(shop, legs(round, bakery.wallet, owed.bakery, true), 'Loan 2 repaid');
  await expectEvents(lenderSees, ['PAYMENT_COMPLETED', 'BALANCE_CHANGED', 'PAYMENT_COMPLETED', 'BALANCE_CHANGED']);
  expect(await balances(round)).toEqual(expected.afterRepayment);

  const [toFirst, toThird] = [await shop.payout(first.wallet, '60000'), await shop.payout(third.wallet, '30000')];
  const inVain = await shop.payout(second.wallet, '50000.49');
  expect(await balance(round, second.wallet)).toEqual({ posted: expected.afterRepayment[1], pending: '50000.49' });
  const payoutSeen = subscribe(socket(second.person.token), WatchPaymentDocument, { id: inVain });
  expect((await payoutSeen.next()).paymentUpdated.status).toBe('PROCESSING');
  const declined = await resolve(shop, inVain, 'DECLINED', 'the bank knows no such account');
  expect(declined.status).toBe('DECLINED');
  expect((await payoutSeen.next()).paymentUpdated).toMatchObject({ status: 'DECLINED', terminal: true });
  expect(await balance(round, second.wallet)).toEqual({ posted: expected.afterRepayment[1], pending: '0.00' });
  await expectEvents(lenderSees, [
    ...['PAYMENT_CREATED', 'PAYMENT_PROCESSING', 'BALANCE_CHANGED'],
    ...['PAYMENT_DECLINED', 'BALANCE_CHANGED'],
  ]);
  const again = await shop.payout(second.wallet, '50000.49');
  for (const payout of [toFirst, again, toThird]) {
    expect((await resolve(shop, payout, 'COMPLETED', 'on the bank’s statement')).status).toBe('COMPLETED');
  }
  expect(await balances(round)).toEqual(expected.afterWithdrawal);

  const { payment } = await second.person.call(PaymentPageDocument, { id: inVain });
  expect(payment).toMatchObject({ status: 'DECLINED', declineReason: 'RECIPIENT_REFUSED' });
  const { ledger } = await shop.call(TrialBalanceDocument, {});
  expect(ledger.trialBalance).toEqual([
    { currency: 'RUB', debits: { amount: expected.turnover }, credits: { amount: expected.turnover }, balanced: true },
  ]);
  expect(await chart(shop)).toEqual(expected.others);
});

test('Each leg of a batch is a payment of its own, and its events are found under it.', async () => {
  const round = await openRound(0);
  const { shop, lenders, tile } = round;
  const { payments } = await batch(shop, legs(round, tile.wallet, lent.tile, false), 'Loan');
  await sequenceEvents(gateway.deps.db);
  for (const [index, { id }] of payments.entries()) {
    const lender = lenders[index];
    const { events } = await shop.call(ReadEventsDocument, { filter: { paymentId: id } });
    const own = events.events.filter((event) => !('wallet' in event) || event.wallet.id === lender?.wallet);
    expect(own.map(({ type }) => type)).toEqual(made);
    const { wallet } = (await lender?.person.call(WalletPageDocument, { id: lender.wallet, first: 1 })) ?? {};
    expect(wallet?.payments.edges[0]?.node).toMatchObject({ id, direction: 'OUT', status: 'COMPLETED' });
  }
});
