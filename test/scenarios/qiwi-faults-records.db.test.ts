import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { callFaults, PATIENCE } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { type Desk, type Prepared, spoil } from '../support/qiwi-desk.ts';
import { recordWrites } from '../support/qiwi-records.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';

/**
 * Every write of QIWI that moves no money, each fault, over HTTP: repeating the same mutation ends in success, QIWI has done
 * it once, and no book has moved. All of them meet a fault at once, so that its silence is waited for once.
 */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const qiwi = await startQiwi(gateway, partnerId);
const desk: Desk = { gateway, call: run(gateway, apiKey), qiwi };

/** What would show a kopeck that moved: lines and entries of the journal, holds, payments. */
async function moneyMoved() {
  const { holds, payments, written } = await snapshotOfBooks(gateway.deps.db);
  const [{ lines, entries }] = written as [{ lines: string; entries: string }];
  return { holds, payments, lines, entries };
}

/** Repeats a mutation as its caller would, until it succeeds. Answers what it was told. */
async function untilDone({ send }: Prepared): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < 5 && !answers.at(-1)?.endsWith('Success')) {
    answers.push(present(await send(), 'an answer').__typename);
  }
  return answers;
}

const titles = recordWrites.map(({ operation, title }) => [title, operation] as const);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  const cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    const first = prepared.map(async ({ write, ready }) => {
      spoil(qiwi, write.operation, fault);
      return present(await ready.send(), 'an answer').__typename;
    });
    const answers = await Promise.all(first);
    expect(qiwi.sandbox.control.faults()).toEqual([]);
    qiwi.sandbox.control.releaseAnswers();
    for (const [index, { write, ready }] of prepared.entries()) {
      const told = answers[index] ?? '';
      const again = told.endsWith('Success') ? [] : await untilDone(ready);
      cases.set(write.title, { ...ready, answers: [told, ...again] });
    }
  }, 120_000);

  test.each(titles)('%s (%s): it is done once.', async (title) => {
    const { answers, outcome, once, times } = present(cases.get(title), title);
    expect(answers.at(-1)).toMatch(/Success$/);
    expect(answers.slice(0, -1).filter((answer) => answer !== 'ProviderUnavailableError')).toEqual([]);
    await expect.poll(outcome, { timeout: 20_000 }).toEqual(once);
    const reached = fault.when === 'after' || fault.kind === 'hold';
    if (times) expect(times()).toBe(answers.length - (reached ? 0 : 1));
  });

  test('No money has moved.', async () => {
    expect(await moneyMoved()).toEqual(before);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});
