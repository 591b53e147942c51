import { beforeAll, describe, expect, test, vi } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt, type Prepared } from '../support/mbank-desk.ts';
import { newPayer, paymentKinds } from '../support/mbank-payments.ts';
import { recordWrites } from '../support/mbank-records.ts';
import { run } from '../support/operations.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Two requests under one key, while the first is at mbank: the work is done once, whoever asks. */

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { control } = mbank.sandbox;
const { prisma } = gateway.deps.db;
let desk: Desk;

beforeAll(async () => {
  desk = await deskAt({ gateway, apiKey, call, mbank });
}, 20_000);

type Send = Prepared['send'];
const answerOf = async (send: Send) => present(await send(), 'an answer');
/** How often mbank was sent this, answered or not. */
const sent = (operation: string) =>
  gateway.logged.filter((line) => (JSON.parse(line) as { operation?: string }).operation === operation).length;

/** Sends it while mbank keeps its first call waiting, and once more when that is answered. */
async function meanwhile(operation: string, send: Send) {
  const before = sent(operation);
  control.fault({ provider: 'mbank', operation, kind: 'hold', when: 'before' });
  const first = answerOf(send);
  await vi.waitFor(() => expect(control.heldAnswers()).toBe(1), { timeout: 5_000 });
  const second = await booksStay(gateway, () => answerOf(send));
  control.releaseAnswers();
  const answers = [await first, second, await answerOf(send)];
  return { answers, calls: sent(operation) - before };
}

const expected = [
  { __typename: expect.stringMatching(/Success$/), replayed: false },
  { __typename: 'IdempotencyError', code: 'IDEMPOTENCY_IN_PROGRESS' },
  { __typename: expect.stringMatching(/Success$/), replayed: true },
];

test.each(paymentKinds.map((kind) => [kind.title, kind] as const))(
  '%s: the second request is told that the first is running; there is one payment.',
  async (_title, kind) => {
    const payer = await newPayer(call, mbank, desk.serviceId);
    const key = unique('twice');
    const { answers, calls } = await meanwhile(kind.operation, () => kind.create(payer, key));
    expect(answers).toMatchObject(expected);
    expect(calls).toBe(1);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  },
);

const keyed = [
  ...['invoice issued', 'invoice duplicated', 'template made', 'card linked', 'wallet opened'],
  ...['service wished for', 'remittance announced'],
];
test.each(recordWrites.flatMap((write) => (keyed.includes(write.title) ? [[write.title, write] as const] : [])))(
  '%s: the second request is told that the first is running; mbank has done it once.',
  async (_title, { operation, prepare }) => {
    const { send, atMbank, ...result } = await prepare(desk);
    const { answers, calls } = await meanwhile(operation, send);
    expect(answers).toMatchObject(expected);
    expect(calls).toBe(1);
    await expect.poll(atMbank).toEqual('each' in result ? result.each(1) : result.once);
  },
);

describe('A key whose process died while mbank was being called', () => {
  test('is in use for half a minute at most, then its request goes on where it was cut off.', async () => {
    const [kind] = paymentKinds;
    const payer = await newPayer(call, mbank, desk.serviceId);
    const idempotencyKey = unique('died');
    const create = () => answerOf(() => present(kind, 'a kind').create(payer, idempotencyKey));
    control.fault({ provider: 'mbank', operation: present(kind, 'a kind').operation, kind: 'close', when: 'after' });
    expect(await create()).toMatchObject({ __typename: 'ProviderUnavailableError' });
    // as the process would have left it
    const inUse = (inUseUntil: Date) =>
      prisma.idempotencyKey.updateMany({ where: { key: idempotencyKey }, data: { inUseUntil } });
    await inUse(new Date(Date.now() + 30_000));
    expect(await booksStay(gateway, create)).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    await inUse(new Date(Date.now() - 1));
    expect(await create()).toMatchObject({ __typename: 'TopUpCreateSuccess', replayed: true });
    const attempts = await prisma.paymentAttempt.findMany({ where: { payment: { idempotencyKey } } });
    expect(attempts).toHaveLength(1);
    const { payments } = mbank.act('payments', { clientId: attempts[0]?.clientId }) as { payments: unknown[] };
    expect(payments).toHaveLength(1);
  });
});
