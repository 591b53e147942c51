import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/mbank-faults.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';
import { startVsePlatezhi } from '../support/vseplatezhi.ts';
import { type Prepared, recordWrites } from '../support/vseplatezhi-records.ts';

/**
 * Every write of VsePlatezhi that moves no money, each fault, over HTTP: repeating the same mutation ends in success, the provider
 * has done it once, and no book has moved. All of them meet a fault at once, so that its silence is waited for once.
 */

const gateway = await startTestApp({ patience: PATIENCE });
const shop = await openShop(gateway);
const theirs = await startVsePlatezhi(gateway, shop.id);
const desk = { call: shop.call, theirs };

/** What would show a kopeck that moved. */
async function moneyMoved() {
  const { holds, payments, written } = await snapshotOfBooks(gateway.deps.db);
  const [{ lines, entries }] = written as [{ lines: string; entries: string }];
  return { holds, payments, lines, entries };
}

/** Repeats a mutation as its caller would, until it succeeds. Answers what it was told. */
async function untilDone({ send }: Prepared): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < 5 && !answers.at(-1)?.endsWith('Success'))
    answers.push(present(await send(), 'an answer').__typename);
  return answers;
}

const titles = recordWrites.map(({ title, operation }) => [title, operation] as const);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  const cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    const first = prepared.map(async ({ write, ready }) => {
      theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation: write.operation, times: 1, ...fault });
      return present(await ready.send(), 'an answer').__typename;
    });
    const answers = await Promise.all(first);
    expect(theirs.sandbox.control.faults()).toEqual([]);
    theirs.sandbox.control.releaseAnswers();
    for (const [index, { write, ready }] of prepared.entries()) {
      const told = answers[index] ?? '';
      const again = told.endsWith('Success') ? [] : await untilDone(ready);
      cases.set(write.title, { ...ready, answers: [told, ...again] });
    }
  }, 120_000);

  test.each(titles)('%s (%s): it is done once.', async (title) => {
    const { answers, atProvider, once } = present(cases.get(title), title);
    expect(answers.at(-1)).toMatch(/Success$/);
    expect(answers.slice(0, -1)).toEqual(answers.length > 1 ? ['ProviderUnavailableError'] : []);
    await expect.poll(atProvider, { timeout: 20_000 }).toEqual(once);
  });

  test('No money has moved.', async () => {
    expect(await moneyMoved()).toEqual(before);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
