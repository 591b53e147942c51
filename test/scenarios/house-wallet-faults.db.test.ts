import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfirmPaymentDocument, CreatePayoutDocument, WalletCardsDocument } from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { present } from '../../src/lib/assert.ts';
import { house } from '../../src/sandbox/mbank/seed.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { type CallFault, callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

/**
 * Payouts of wallets that the ledger here keeps, which the partner's house wallet at mbank pays: each of the two writes, each
 * fault, over HTTP. Each ends in the truth; mbank has one payment or none, the house has paid it once, and so has the wallet.
 */

/** A clock that stands still until it is moved: no job comes in between. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
let serviceId = '';

beforeAll(async () => {
  const where = { providerReference: '834' };
  await vi.waitFor(async () => expect(await prisma.service.count({ where })).toBe(1), { timeout: 15_000 });
  serviceId = (await prisma.service.findFirstOrThrow({ where })).id;
}, 20_000);

const PHONE = '+79261111111';
/** Where a payout goes; each costs 100 rubles and 3 of fee. */
const destinations = {
  'to a phone': () => ({ phone: PHONE }),
  'to a service': () => ({ service: { serviceId, parameters: [{ id: 'phoneNumber', value: PHONE }] } }),
};
type Title = keyof typeof destinations;
const titles = Object.keys(destinations) as Title[];

/** One payout on its way. */
interface Case {
  title: Title;
  walletId: string;
  key: string;
  /** The mutation's answers, or the status that a confirmation told. */
  answers: string[];
  id: string;
}

/** Payouts to all destinations at once, so that a fault's silence is waited for once. */
async function eachOf(work: (one: Case) => Promise<void>): Promise<Map<string, Case>> {
  const cases: Case[] = [];
  for (const title of titles) {
    const walletId = await fundedWalletOf(call, newPhone(), '300');
    cases.push({ title, walletId, key: unique('house'), answers: [], id: '' });
  }
  await Promise.all(cases.map(work));
  return new Map(cases.map((one) => [one.title, one]));
}

async function create(one: Case): Promise<void> {
  const { key: idempotencyKey, walletId: fromWalletId, title } = one;
  const input = { idempotencyKey, fromWalletId, amount: rub('100'), destination: destinations[title]() };
  const answer = present((await call(CreatePayoutDocument, { input })).payoutCreate, 'an answer');
  one.answers.push(answer.__typename);
  if (answer.__typename === 'PayoutCreateSuccess') one.id = answer.payment.id;
}

async function confirm(one: Case): Promise<void> {
  const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: one.id });
  one.answers.push(done(paymentConfirm, 'PaymentConfirmSuccess').payment.status);
}

/** Lets time pass and asks, as the resolver would, until the payment has ended. */
async function resolve({ id, title }: Case): Promise<void> {
  for (let round = 1; round <= 10; round += 1) {
    now = new Date(now.getTime() + 31_000);
    if (!(await resolveUpstream(gateway.deps, id, round)).lookAgainAt) return;
  }
  throw new Error(`the payout ${title} did not end`);
}

const rowOf = ({ id }: Case) => prisma.payment.findUniqueOrThrow({ where: { id } });

/** What mbank has under the id that we gave the payout's only try. */
async function atMbank({ id }: Case): Promise<object[]> {
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id } });
  expect(attempts).toHaveLength(1);
  return (mbank.act('payments', { clientId: attempts[0]?.clientId }) as { payments: object[] }).payments;
}

/** The house wallet's rubles at mbank. */
function houseHas(): number {
  const { providers } = control.state('mbank') as {
    providers: { mbank: { wallets: { phone: string; balance: number }[] } };
  };
  return present(
    providers.mbank.wallets.find(({ phone }) => phone === house.phone),
    'the house wallet',
  ).balance;
}

async function moneyOf({ walletId }: Case) {
  const [balance] = (await call(WalletCardsDocument, { id: walletId })).wallet?.balances ?? [];
  return { posted: balance?.posted.amount, pending: balance?.pending.amount };
}
const untouched = { posted: '300.00', pending: '0.00' };

/** What was written about the payout in the journal. */
const journalOf = async ({ id }: Case) =>
  (await prisma.journalEntry.findMany({ where: { paymentId: id }, orderBy: { seq: 'asc' } })).map(({ code }) => code);

async function isPaidOnce(one: Case): Promise<void> {
  expect((await rowOf(one)).status).toBe('COMPLETED');
  expect(await atMbank(one)).toMatchObject([
    { status: 'completed', owner: house.phone, amount: 100, total: 103, charged: true },
  ]);
  expect(await moneyOf(one)).toEqual({ posted: '197.00', pending: '0.00' });
  expect(await journalOf(one)).toEqual(['PAYOUT_HELD', 'PAYOUT_COMPLETED']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}

async function isNotPaid(one: Case, reason: string): Promise<void> {
  expect(await rowOf(one)).toMatchObject({ status: 'DECLINED', declineReason: reason });
  expect(await moneyOf(one)).toEqual(untouched);
  expect(await journalOf(one)).toEqual(['PAYOUT_HELD', 'PAYOUT_VOIDED']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}

describe.each(callFaults)('A creation that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  let before = 0;
  beforeAll(async () => {
    before = houseHas();
    cases = await eachOf(async (one) => {
      spoil(mbank, 'payments.create.out', fault);
      await create(one);
    });
    // each has met its fault: none is left for who repeats
    await Promise.all([...cases.values()].map(create));
    control.releaseAnswers();
  }, 60_000);

  test.each(titles)(
    '%s: nothing has moved, the same key makes one payment of it, and it is paid once.',
    async (title) => {
      const one = present(cases.get(title), title);
      expect(one.answers).toEqual(['ProviderUnavailableError', 'PayoutCreateSuccess']);
      expect((await rowOf(one)).status).toBe('CREATED');
      await expect.poll(() => atMbank(one)).toMatchObject([{ status: 'created', amount: 100 }]);
      expect(await moneyOf(one)).toEqual(untouched);
      expect(await journalOf(one)).toEqual([]);
      await confirm(one);
      await resolve(one);
      await isPaidOnce(one);
    },
  );

  test('The house wallet at mbank has paid each once.', () => {
    expect(before - houseHas()).toBe(103 * titles.length);
  });
});

/** Payouts whose confirmations have met the fault, and what was held then; no notification has come. */
async function unclear(fault: CallFault): Promise<Map<string, Case>> {
  const cases = await eachOf(create);
  control.withholdWebhooks('mbank');
  spoil(mbank, 'payments.pay', fault, cases.size);
  await Promise.all([...cases.values()].map(confirm));
  for (const one of cases.values()) {
    const holds = await prisma.hold.findMany({ where: { paymentId: one.id } });
    one.answers.push(...holds.map(({ state, remainingMinor }) => `${state} ${remainingMinor}`));
  }
  return cases;
}
const heldAsUnclear = ['PayoutCreateSuccess', 'PROCESSING', 'OPEN 10300'];

describe.each(callFaults)('A confirmation that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  let before = 0;
  beforeAll(async () => {
    before = houseHas();
    cases = await unclear(fault);
    control.releaseAnswers();
  }, 60_000);

  test.each(titles)('%s: it is held, then resolved to the truth, once; late news change nothing.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers).toEqual(heldAsUnclear);
    await resolve(one);
    await isPaidOnce(one);
    control.releaseWebhooks('mbank');
    await control.idle();
    const open = () => prisma.webhookReceipt.count({ where: { handledAt: null } });
    await expect.poll(open, { timeout: 15_000 }).toBe(0);
    await isPaidOnce(one);
  });

  test('The house wallet at mbank has paid each once.', () => {
    expect(before - houseHas()).toBe(103 * titles.length);
  });
});

describe('A confirmation that reaches mbank after it was given up and repeated', () => {
  let cases: Map<string, Case>;
  let before = 0;
  beforeAll(async () => {
    before = houseHas();
    cases = await unclear({ kind: 'hold', when: 'before' });
    for (const one of cases.values()) await resolve(one);
    expect(control.releaseAnswers()).toBe(cases.size);
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: mbank refuses the second one, and it is paid once.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers).toEqual(heldAsUnclear);
    await isPaidOnce(one);
    const { operations } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: one.id } });
    expect(operations.filter((name) => name === 'payments.pay')).toHaveLength(2);
    expect(before - houseHas()).toBe(103 * titles.length);
  });
});

const never = callFaults.filter(([, { kind, when }]) => when === 'before' && kind !== 'hold');
const acted = callFaults.filter((one) => !never.includes(one));

describe.each(acted)('A confirmation of what mbank declines, that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  let before = 0;
  beforeAll(async () => {
    before = houseHas();
    mbank.act('settings', { execution: 'pending' });
    cases = await unclear(fault);
    control.releaseAnswers();
    for (const one of cases.values()) {
      await vi.waitFor(async () => expect(await atMbank(one)).toMatchObject([{ status: 'processing' }]));
      mbank.act('payment.decline', { id: await mbank.referenceOf(one.id), reason: 'invalid_data' });
    }
    mbank.act('settings', { execution: 'complete' });
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: what is held goes back, and the house has paid nothing.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers).toEqual(heldAsUnclear);
    await resolve(one);
    await isNotPaid(one, 'INVALID_DATA');
    expect(await atMbank(one)).toMatchObject([{ status: 'declined', charged: false }]);
    expect(houseHas()).toBe(before);
  });
});

describe.each(never)('A confirmation that %s, while the house wallet is empty', (_title, fault) => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    const before = houseHas();
    mbank.act('wallet.balance', { phone: house.phone, amount: 0 });
    cases = await unclear(fault);
    for (const one of cases.values()) await resolve(one);
    expect(houseHas()).toBe(0);
    mbank.act('wallet.balance', { phone: house.phone, amount: before });
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: mbank declines it when it is confirmed again, and what is held goes back.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers).toEqual(heldAsUnclear);
    await isNotPaid(one, 'INSUFFICIENT_FUNDS');
    expect(await atMbank(one)).toMatchObject([{ status: 'declined', charged: false }]);
  });
});
