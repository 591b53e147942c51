import { beforeAll, describe, expect, test, vi } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { startMbank } from '../support/mbank.ts';
import { callFaults, PATIENCE, spoil } from '../support/mbank-faults.ts';
import { type Desk, type Prepared, recordWrites } from '../support/mbank-records.ts';
import { run } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * Every write of mbank that moves no money, each fault, over HTTP: repeating the same mutation ends in success, mbank has done
 * it once, and no book has moved. All of them meet a fault at once, so that its silence is waited for once.
 */

/** A clock that stands still until it is moved. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
let desk: Desk;

beforeAll(async () => {
  const where = { providerReference: '834' };
  await vi.waitFor(async () => expect(await prisma.service.count({ where })).toBe(1), { timeout: 15_000 });
  desk = { call: run(gateway, apiKey), mbank, serviceId: (await prisma.service.findFirstOrThrow({ where })).id };
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

/** Repeats a mutation as its caller would, a minute later each time, until it succeeds. Answers what it was told. */
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
    for (const [index, { write, ready }] of prepared.entries()) {
      now = new Date(now.getTime() + 61_000);
      const told = answers[index] ?? '';
      const again = told.endsWith('Success') ? [] : await untilDone(ready);
      cases.set(write.title, { ...ready, answers: [told, ...again] });
    }
  }, 60_000);

  test.each(titles)('%s: it is done once.', async (title) => {
    const { answers, atMbank, once } = present(cases.get(title), title);
    expect(answers.at(-1)).toMatch(/Success$/);
    expect(answers.slice(0, -1).filter((answer) => answer !== 'ProviderUnavailableError')).toEqual([]);
    await expect.poll(atMbank).toEqual(once);
  });

  test('No money has moved: the wallet that was opened and activated shows what it has, and that is all.', async () => {
    expect(await moneyMoved()).toEqual({ ...before, adjusted: before.adjusted + 1 });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
