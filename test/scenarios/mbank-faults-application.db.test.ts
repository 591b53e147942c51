import { beforeAll, describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTransitDocument,
  PaymentDetailsDocument,
  UpdatePaymentDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub, unique } from '../support/builders.ts';
import { type CallFault, callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt } from '../support/mbank-desk.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * An account that is an application and has no wallet: each write of its own API (create, update, pay), each fault, over HTTP.
 * Transits meet a fault at once, so that its silence is waited for once. Each is completed, and is at mbank once.
 */

/** A clock that stands still until it is moved: no job comes in between. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const application = { phone: undefined, password: undefined, applicationApi: 'true' };
const mbank = await startMbank(gateway, partnerId, application);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
let desk: Desk;

beforeAll(async () => {
  desk = await deskAt({ gateway, apiKey, call, mbank });
}, 40_000);

type Answer = { __typename: string; payment?: { id: string; status?: string } } | null | undefined;

/** One transit on its way, and the write of it that meets the fault. */
interface Case {
  operation: string;
  id: string;
  /** To repeat it is to send the very same. */
  send(): Promise<Answer>;
  answers: string[];
}

function creation(serviceId: string, values: Record<string, string>): () => Promise<Answer> {
  const service = { serviceId, parameters: listed(values) };
  const input = { idempotencyKey: unique('transit'), amount: rub('50'), service };
  return async () => (await call(CreateTransitDocument, { input })).transitCreate;
}

async function created(serviceId: string, values: Record<string, string>): Promise<string> {
  const answer = await creation(serviceId, values)();
  if (!answer?.payment) throw new Error(`a transit was expected, not ${JSON.stringify(answer)}`);
  return answer.payment.id;
}

// the core takes a phone as the operator does: without its country code
const phone = { phoneNumber: '9261111111' };
const sender = { ...phone, BIK: '044583151', Name: 'Ivan', SName: 'Ivanovich', Fam: 'Sidorov' };
const receiver = { Pname1: '5136913818331704', Pname2: 'Ivan Sidorov' };
const listed = (values: Record<string, string>) => Object.entries(values).map(([id, value]) => ({ id, value }));
const next = async (id: string) => (await call(PaymentDetailsDocument, { id })).payment?.nextAction?.__typename;
const confirmation = (paymentId: string) => async () =>
  (await call(ConfirmPaymentDocument, { paymentId })).paymentConfirm;

/** A transit for each write, up to that write. */
const writes: Record<string, () => Promise<Case>> = {
  async create() {
    const send = creation(desk.serviceId, phone);
    return { operation: 'create', id: '', send, answers: [] };
  },
  async update() {
    const id = await created(desk.stepsServiceId, sender);
    await expectNext(id, 'UpdateAction');
    const parameters = listed(receiver);
    const send = async () =>
      (await call(UpdatePaymentDocument, { input: { paymentId: id, parameters } })).paymentUpdate;
    return { operation: 'update', id, send, answers: [] };
  },
  async pay() {
    const id = await created(desk.serviceId, phone);
    return { operation: 'pay', id, send: confirmation(id), answers: [] };
  },
};
const titles = Object.keys(writes);

async function expectNext(id: string, action: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if ((await next(id)) === action) return;
    await resolveUpstream(gateway.deps, id, 0);
  }
  throw new Error(`the transit does not come to its ${action}`);
}

async function send(one: Case): Promise<void> {
  const answer = present(await one.send(), 'an answer');
  one.answers.push(answer.__typename);
  one.id = answer.payment?.id ?? one.id;
}

/** Lets time pass and asks, as the resolver would, until the transit has ended or waits for its payer. */
async function resolve({ id }: Case): Promise<void> {
  for (let round = 1; round <= 10; round += 1) {
    now = new Date(now.getTime() + 31_000);
    const { payment, lookAgainAt } = await resolveUpstream(gateway.deps, id, round);
    if (!lookAgainAt || payment.upstreamAction?.includes('REDIRECT')) return;
  }
  throw new Error('the transit did not end');
}

const rowOf = ({ id }: Case) => prisma.payment.findUniqueOrThrow({ where: { id } });

async function atMbank({ id }: Case): Promise<object[]> {
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id } });
  expect(attempts).toHaveLength(1);
  return (mbank.act('payments', { clientId: attempts[0]?.clientId }) as { payments: object[] }).payments;
}

async function meet(fault: CallFault): Promise<Map<string, Case>> {
  const cases = new Map<string, Case>();
  for (const [title, prepare] of Object.entries(writes)) cases.set(title, await prepare());
  const first = [...cases.values()].map((one) => {
    spoil(mbank, `mserver.application.payments.${one.operation}`, fault);
    return send(one);
  });
  await Promise.all(first);
  control.releaseAnswers();
  return cases;
}

describe.each(callFaults)('A write that %s', (_title, fault) => {
  let cases: Map<string, Case>;
  beforeAll(async () => {
    cases = await meet(fault);
  }, 60_000);

  test.each(titles)('%s: the transit is completed, once.', async (title) => {
    const one = present(cases.get(title), title);
    if (title === 'pay') {
      expect(one.answers).toEqual(['PaymentConfirmSuccess']);
      expect((await rowOf(one)).status).toBe('PROCESSING');
    } else {
      await send(one);
      expect(one.answers).toEqual(['ProviderUnavailableError', expect.stringMatching(/(Create|Update)Success$/)]);
      expect((await rowOf(one)).status).toBe('CREATED');
      await expectNext(one.id, 'ConfirmAction');
      done(await confirmation(one.id)(), 'PaymentConfirmSuccess');
    }
    await resolve(one);
    expect(await atMbank(one)).toMatchObject([{ status: 'processing', charged: false }]);
    mbank.act('page', { payment: await mbank.referenceOf(one.id), result: 'approve' });
    await resolve(one);
    expect((await rowOf(one)).status).toBe('COMPLETED');
    expect(await atMbank(one)).toMatchObject([{ status: 'completed', type: 'inout', amount: 50 }]);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
