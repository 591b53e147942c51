import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { callFaults, meetFaults, PATIENCE } from '../support/call-faults.ts';
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

const titles = recordWrites.map(({ operation, title }) => [title, operation] as const);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  let cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    cases = await meetFaults(
      prepared,
      (write) => spoil(qiwi, write.operation, fault),
      () => {
        expect(qiwi.sandbox.control.faults()).toEqual([]);
        qiwi.sandbox.control.releaseAnswers();
      },
    );
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
