import { beforeAll, expect, test, vi } from 'vitest';
import { ConfirmPaymentDocument, GetProviderDocument } from '../../schema/operations.ts';
import { resolvePaymentJob } from '../../src/jobs/resolve-payment.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { unique } from '../support/builders.ts';
import { statusesOf } from '../support/catalogue.ts';
import { startMbank } from '../support/mbank.ts';
import { newPayer, type Payer, type PaymentKind, paymentKinds } from '../support/mbank-payments.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** mbank is down for a minute while many payments are on their way. */

/** A clock that stands still until it is moved. */
let now = new Date();
const pass = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const gateway = await startTestApp({ clock: { now: () => now } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
const EACH = 4;
let serviceId = '';

beforeAll(async () => {
  const where = { providerReference: '834' };
  await vi.waitFor(async () => expect(await prisma.service.count({ where })).toBe(1), { timeout: 15_000 });
  serviceId = (await prisma.service.findFirstOrThrow({ where })).id;
}, 20_000);

interface OnItsWay {
  kind: PaymentKind;
  payer: Payer;
  id: string;
}

/** Some payments of every kind, created, each by a payer of its own. */
async function created(): Promise<OnItsWay[]> {
  const all = paymentKinds.flatMap((kind) => Array.from({ length: EACH }, () => kind));
  const payments: OnItsWay[] = [];
  for (const kind of all) {
    const payer = await newPayer(call, mbank, serviceId);
    const answer = await kind.create(payer, unique('outage'));
    payments.push({ kind, payer, id: present(answer?.payment, 'a created payment').id });
  }
  return payments;
}

const confirm = async ({ id }: OnItsWay) =>
  (await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm ?? { __typename: 'none' };
const rowOf = ({ id }: OnItsWay) => prisma.payment.findUniqueOrThrow({ where: { id } });
const health = async () => (await call(GetProviderDocument, { code: 'MBANK' })).provider?.health;
const resolve = ({ id }: OnItsWay, round: number) => resolvePaymentJob(gateway.deps, { paymentId: id, round });

test('Of payments that are confirmed while mbank is down, each is held or refused unsent; all end right when it is back, once.', async () => {
  const payments = await created();
  const late = payments.filter((_payment, index) => index % EACH === 0);
  const atOnce = payments.filter((payment) => !late.includes(payment));
  control.fault({ provider: 'mbank', operation: '*', kind: 'close', when: 'before', times: 100_000 });
  const answers = await Promise.all(atOnce.map(confirm));
  // a call that begins when enough others have failed is not sent any more: it is as late as the rest
  const early = atOnce.filter((_payment, index) => answers[index]?.__typename === 'PaymentConfirmSuccess');
  late.push(...atOnce.filter((payment) => !early.includes(payment)));
  expect(early.length).toBeGreaterThan(EACH);
  for (const payment of early) expect((await rowOf(payment)).status).toBe('PROCESSING');
  expect((await health())?.state).not.toBe('UP');
  // by now the circuit is open: what comes is refused before anything is stored or sent
  const sent = gateway.logged.length;
  for (const payment of late) {
    const answer = await booksStay(gateway, () => confirm(payment));
    expect(answer).toMatchObject({ __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' });
  }
  expect(statusesOf(gateway, 'payments.pay', sent)).toEqual([]);

  // a minute of questions without an answer: nothing is given up, nothing is given back
  for (let round = 1; round <= 4; round += 1) {
    pass(15_000);
    await Promise.all(early.map((payment) => resolve(payment, round)));
  }
  for (const payment of early) {
    expect((await rowOf(payment)).status).toBe('PROCESSING');
    const holds = await prisma.hold.findMany({ where: { paymentId: payment.id, state: 'OPEN' } });
    const { held } = payment.kind;
    expect(holds.map(({ remainingMinor }) => remainingMinor)).toEqual(held > 0n ? [held] : []);
  }

  control.clearFaults('mbank');
  // the circuit lets a call through again after ten seconds of real time
  await vi.waitFor(
    async () => {
      pass(31_000);
      for (const payment of early) await resolve(payment, 1);
      const rows = await Promise.all(early.map(rowOf));
      const waiting = rows.filter(
        ({ status, upstreamAction }) => status !== 'COMPLETED' && !upstreamAction?.includes('REDIRECT'),
      );
      expect(waiting).toEqual([]);
    },
    { timeout: 40_000, interval: 500 },
  );
  for (const payment of late) expect(await confirm(payment)).toMatchObject({ __typename: 'PaymentConfirmSuccess' });
  for (const payment of payments) await endsRight(payment);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}, 90_000);

/** The payment is completed once, here and at mbank, and its payer has what is left. */
async function endsRight(payment: OnItsWay): Promise<void> {
  const { kind, payer, id } = payment;
  if (kind.page) mbank.act('page', { payment: await mbank.referenceOf(id), result: 'approve' });
  await vi.waitFor(async () => expect((await rowOf(payment)).status).toBe('COMPLETED'), { timeout: 20_000 });
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id } });
  expect(attempts).toHaveLength(1);
  const found = mbank.act('payments', { clientId: attempts[0]?.clientId }) as { payments: unknown[] };
  expect(found.payments).toMatchObject([{ status: 'completed', amount: 100 }]);
  const { after } = kind;
  expect(await figures(call, payer.walletId)).toEqual({ posted: after, pending: '0.00', upstream: after });
}
