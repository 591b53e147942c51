import { beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { callFaults, meetFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt, type Prepared } from '../support/mbank-desk.ts';
import { spoil } from '../support/mbank-faults.ts';
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

const titles = recordWrites.map(({ title }) => title);

describe.each(callFaults)('A write that %s', (_title, fault) => {
  let cases = new Map<string, Prepared & { answers: string[] }>();
  let before: Awaited<ReturnType<typeof moneyMoved>>;
  beforeAll(async () => {
    const prepared = [];
    for (const write of recordWrites) prepared.push({ write, ready: await write.prepare(desk) });
    before = await moneyMoved();
    cases = await meetFaults(
      prepared,
      (write) => spoil(mbank, write.operation, fault),
      () => {
        mbank.sandbox.control.releaseAnswers();
        // a caller comes back a minute later
        now = new Date(now.getTime() + 61_000);
      },
    );
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
