import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt, type Prepared } from '../support/mbank-desk.ts';
import { callFaults, PATIENCE, spoil } from '../support/mbank-faults.ts';
import { recordWrites } from '../support/mbank-records.ts';
import { run } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * Every write of mbank that moves no money, each fault, over HTTP: repeating the same mutation ends in success, and no book
 * has moved. mbank has done it once; where mbank cannot tell a repetition, once for each time that the mutation reached it. All
 * of them meet a fault at once, so that its silence is waited for once.
 */

/** A clock that stands still until it is moved. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const mbank = await startMbank(gateway, partnerId, { webhookClientId: 'mserver', webhookClientToken: 'token' });
const { prisma } = gateway.deps.db;
let desk: Desk;

beforeAll(async () => {
  desk = await deskAt({ gateway, apiKey, call: run(gateway, apiKey), mbank });
}, 20_000);

/** Entries of the journal, those that only follow a provider's figure apart, and holds. */
async function moneyMoved() {
  const code = 'MIRROR_ADJUSTED';
  const [adjusted, others, holds] = await Promise.all([
    prisma.journalEntry.count({ where: { code } }),
    prisma.journalEntry.count({ where: { code: { not: code } } }),
    prisma.hold.count(),
  ]);
  return { adjusted, others, holds };
}

/** Repeats a mutation as its caller would, a minute later, until it succeeds. Answers what it was told. */
async function untilDone({ send }: Prepared): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < 5 && !answers.at(-1)?.endsWith('Success')) {
    answers.push(present(await send(), 'an answer').__typename);
  }
  return answers;
}

const titles = recordWrites.map(({ title }) => title);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  const cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    const first = prepared.map(async ({ write, ready }) => {
      spoil(mbank, write.operation, fault);
      return present(await ready.send(), 'an answer').__typename;
    });
    const answers = await Promise.all(first);
    mbank.sandbox.control.releaseAnswers();
    now = new Date(now.getTime() + 61_000);
    for (const [index, { write, ready }] of prepared.entries()) {
      const told = answers[index] ?? '';
      const again = told.endsWith('Success') ? [] : await untilDone(ready);
      cases.set(write.title, { ...ready, answers: [told, ...again] });
    }
  }, 60_000);

  test.each(titles)('%s: it is done once, or once for each call that arrived.', async (title) => {
    const { answers, atMbank, ...expected } = present(cases.get(title), title);
    expect(answers.at(-1)).toMatch(/Success$/);
    expect(answers.slice(0, -1).filter((answer) => answer !== 'ProviderUnavailableError')).toEqual([]);
    const arrived = answers.length - (fault.when === 'before' && fault.kind !== 'hold' ? 1 : 0);
    const result = 'each' in expected ? expected.each(arrived) : expected.once;
    await expect.poll(atMbank, { timeout: 5_000 }).toEqual(result);
  });

  test('No money has moved: the wallet that was opened and activated shows what it has, and that is all.', async () => {
    expect(await moneyMoved()).toEqual({ ...before, adjusted: before.adjusted + 1 });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
