import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { callFaults, meetFaults, PATIENCE } from '../support/call-faults.ts';
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

const titles = recordWrites.map(({ title, operation }) => [title, operation] as const);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  let cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    cases = await meetFaults(
      prepared,
      ({ operation }) => theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation, times: 1, ...fault }),
      () => {
        expect(theirs.sandbox.control.faults()).toEqual([]);
        theirs.sandbox.control.releaseAnswers();
      },
    );
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
