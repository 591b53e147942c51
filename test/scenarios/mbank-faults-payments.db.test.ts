import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfirmPaymentDocument } from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { done, unique } from '../support/builders.ts';
import { type CallFault, callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { spoil } from '../support/mbank-faults.ts';
import { newPayer, type Payer, type PaymentKind, paymentKinds } from '../support/mbank-payments.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * Every kind of payment at mbank, each of its two writes, each fault, over HTTP. Payments of all kinds meet a fault at once,
 * so that its silence is waited for once. Each ends in the truth, is at mbank once, and the books are right.
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

/** One payment of a kind on its way. */
interface Case {
  kind: PaymentKind;
  payer: Payer;
  key: string;
  /** The mutation's answers, or the status that a confirmation told. */
  answers: string[];
  id: string;
}

async function eachKind(work: (one: Case) => Promise<void>): Promise<Map<string, Case>> {
  const cases: Case[] = [];
  for (const kind of paymentKinds) {
    const payer = await newPayer(call, mbank, serviceId);
    cases.push({ kind, payer, key: unique('fault'), answers: [], id: '' });
  }
  await Promise.all(cases.map(work));
  return new Map(cases.map((one) => [one.kind.title, one]));
}

async function create(one: Case): Promise<void> {
  const answer = present(await one.kind.create(one.payer, one.key), 'an answer');
  one.answers.push(answer.__typename);
  one.id = answer.payment?.id ?? one.id;
}

async function confirm(one: Case): Promise<void> {
  const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: one.id });
  one.answers.push(done(paymentConfirm, 'PaymentConfirmSuccess').payment.status);
}

const rowOf = ({ id }: Case) => prisma.payment.findUniqueOrThrow({ where: { id } });

/** What mbank has under the id that we gave it. */
async function atMbank({ id }: Case): Promise<{ status: string; amount: number }[]> {
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id } });
  expect(attempts).toHaveLength(1);
  const found = mbank.act('payments', { clientId: attempts[0]?.clientId });
  return (found as { payments: { status: string; amount: number }[] }).payments;
}

/** Lets time pass and asks, as the resolver would, until the payment has ended or waits for its payer. */
async function resolve(one: Case): Promise<void> {
  for (let round = 1; round <= 10; round += 1) {
    now = new Date(now.getTime() + 31_000);
    const { payment, lookAgainAt } = await resolveUpstream(gateway.deps, one.id, round);
    if (!lookAgainAt || payment.upstreamAction?.includes('REDIRECT')) return;
  }
  throw new Error(`${one.kind.title} did not end`);
}

/** The payment is completed, by its payer on the page where there is one, and everything agrees on that. */
async function endsInTheTruth(one: Case): Promise<void> {
  const { kind, payer, id } = one;
  await resolve(one);
  if (kind.page) mbank.act('page', { payment: await mbank.referenceOf(id), result: 'approve' });
  await resolve(one);
  expect((await rowOf(one)).status).toBe('COMPLETED');
  expect(await atMbank(one)).toMatchObject([{ status: 'completed', amount: 100 }]);
  expect(await figures(call, payer.walletId)).toEqual({ posted: kind.after, pending: '0.00', upstream: kind.after });
  const received = kind.title === 'transfer' ? '100.00' : '0.00';
  expect(await figures(call, payer.otherId)).toEqual({ posted: received, pending: '0.00', upstream: received });
  expect(await prisma.hold.count({ where: { paymentId: id, state: 'OPEN' } })).toBe(0);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}

const titles = paymentKinds.map(({ title }) => title);
const titled = paymentKinds.map((kind) => [kind.title, kind] as const);

describe.each(callFaults)('A creation that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    cases = await eachKind(async (one) => {
      spoil(mbank, one.kind.operation, fault);
      await create(one);
      await create(one);
    });
    control.releaseAnswers();
  }, 60_000);

  test.each(titles)('%s: nothing has moved, and the same key makes one payment of it.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers).toEqual(['ProviderUnavailableError', expect.stringMatching(/CreateSuccess$/)]);
    expect((await rowOf(one)).status).toBe('CREATED');
    await expect.poll(async () => (await atMbank(one)).length).toBe(1);
    const untouched = { posted: '1000.00', pending: '0.00', upstream: '1000.00' };
    expect(await figures(call, one.payer.walletId)).toEqual(untouched);
    await confirm(one);
    await endsInTheTruth(one);
  });
});

/** Payments of all kinds whose confirmations have met the fault, and what was held then; no notification has come. */
async function unclear(fault: CallFault): Promise<Map<string, Case>> {
  const cases = await eachKind(create);
  control.withholdWebhooks('mbank');
  spoil(mbank, 'payments.pay', fault, cases.size);
  await Promise.all([...cases.values()].map(confirm));
  for (const one of cases.values()) {
    const holds = await prisma.hold.findMany({ where: { paymentId: one.id } });
    one.answers.push(...holds.map(({ state, remainingMinor }) => `${state} ${remainingMinor}`));
  }
  return cases;
}
const heldAsUnclear = ({ kind: { held } }: Case) => ['PROCESSING', ...(held > 0n ? [`OPEN ${held}`] : [])];

describe.each(callFaults)('A confirmation that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    cases = await unclear(fault);
    control.releaseAnswers();
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: it is held, then resolved to the truth, once.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers.slice(1)).toEqual(heldAsUnclear(one));
    await endsInTheTruth(one);
  });
});

describe('A confirmation that reaches mbank after it was given up and repeated', () => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    cases = await unclear({ kind: 'hold', when: 'before' });
    for (const one of cases.values()) await resolve(one);
    expect(control.releaseAnswers()).toBe(cases.size);
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: mbank refuses the second one, and it is paid once.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers.slice(1)).toEqual(heldAsUnclear(one));
    await endsInTheTruth(one);
    const { operations } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: one.id } });
    expect(operations.filter((name) => name === 'payments.pay')).toHaveLength(2);
  });
});

describe('A confirmation whose answer is lost, of a payment that mbank declines', () => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    mbank.act('settings', { execution: 'pending' });
    cases = await unclear({ kind: 'close', when: 'after' });
    mbank.act('settings', { execution: 'complete' });
    for (const { id } of cases.values())
      mbank.act('payment.decline', { id: await mbank.referenceOf(id), reason: 'invalid_data' });
    control.releaseWebhooks('mbank');
  }, 60_000);

  test.each(titles)('%s: what is held goes back.', async (title) => {
    const one = present(cases.get(title), title);
    expect(one.answers.slice(1)).toEqual(heldAsUnclear(one));
    await resolve(one);
    expect(await rowOf(one)).toMatchObject({ status: 'DECLINED', declineReason: 'INVALID_DATA' });
    expect(await atMbank(one)).toMatchObject([{ status: 'declined' }]);
    const untouched = { posted: '1000.00', pending: '0.00', upstream: '1000.00' };
    expect(await figures(call, one.payer.walletId)).toEqual(untouched);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

describe('Notifications', () => {
  const entries = (one: Case) => prisma.journalEntry.count({ where: { paymentId: one.id } });
  const handled = async () => {
    await control.idle();
    const open = () => prisma.webhookReceipt.count({ where: { handledAt: null } });
    await expect.poll(open, { timeout: 15_000 }).toBe(0);
  };
  /** Every notification that is withheld comes `times` more often than it should, the last one first. */
  const comeAgain = (times: number) => {
    for (const { id, state } of control.webhooks('mbank'))
      if (state === 'withheld') control.duplicateWebhook('mbank', id, times);
    control.releaseWebhooks('mbank', 'reverse');
  };

  test.each(titled)(
    '%s: late, twice and out of order, after a poll has told it: they change nothing.',
    async (_title, kind) => {
      const one: Case = {
        kind,
        payer: await newPayer(call, mbank, serviceId),
        key: unique('late'),
        answers: [],
        id: '',
      };
      await create(one);
      control.withholdWebhooks('mbank');
      await confirm(one);
      await endsInTheTruth(one);
      const before = [await entries(one), (await rowOf(one)).version];
      comeAgain(2);
      await handled();
      expect([await entries(one), (await rowOf(one)).version]).toEqual(before);
      expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
    },
  );

  test.each(titled)('%s: three times, and nobody asks: they complete it once.', async (_title, kind) => {
    mbank.act('settings', { execution: 'pending' });
    const one: Case = { kind, payer: await newPayer(call, mbank, serviceId), key: unique('told'), answers: [], id: '' };
    await create(one);
    await confirm(one);
    expect(one.answers.at(-1)).toBe('PROCESSING');
    control.withholdWebhooks('mbank');
    mbank.act('payment.complete', { id: await mbank.referenceOf(one.id) });
    comeAgain(2);
    await handled();
    expect((await rowOf(one)).status).toBe('COMPLETED');
    mbank.act('settings', { execution: 'complete' });
    const { after } = kind;
    expect(await figures(call, one.payer.walletId)).toEqual({ posted: after, pending: '0.00', upstream: after });
    expect(await atMbank(one)).toMatchObject([{ status: 'completed' }]);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
