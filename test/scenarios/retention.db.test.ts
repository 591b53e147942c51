import { expect, test, vi } from 'vitest';
import { ReadEventsDocument } from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { startTestApp } from '../support/app.ts';
import { fault, openShop } from '../support/builders.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** How long things are kept: the job of the night, with a clock that the test moves forward. */

const DAY = 86_400_000;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const gateway = await startTestApp({ clock, env: { EVENT_RETENTION_DAYS: '30' } });
const shop = await openShop(gateway);
const { prisma, pool } = gateway.deps.db;
const read = async (after?: string) => (await shop.call(ReadEventsDocument, { after, first: 50 })).events;

test('Events, and notifications that are done with, go after their days; the books stay, and an old cursor is told so.', async () => {
  const notifications = { channel: 'EMAIL' as const, period: 'INSTANT' as const };
  const owner = await shop.customer({ notifications });
  const wallet = await shop.wallet({ owner, holds: '100' });
  await vi.waitFor(async () => expect(await prisma.notification.findMany()).toMatchObject([{ status: 'SKIPPED' }]), {
    timeout: 20_000,
  });
  const waits = await shop.customer({ notifications: { channel: 'EMAIL', period: 'MONTH' } });
  await shop.transfer(wallet, await shop.wallet({ owner: waits }), '1', true);
  const open = { status: 'PENDING' as const, customerId: owner.id };
  await vi.waitFor(async () => expect(await prisma.notification.count({ where: open })).toBe(0), { timeout: 20_000 });
  // what waits for its turn is kept however old it is
  await prisma.notification.updateMany({
    where: { customerId: waits.id },
    data: { nextAt: new Date(clock.now().getTime() + 400 * DAY) },
  });
  await vi.waitFor(async () => expect((await read()).events.length).toBeGreaterThan(8));
  const before = await read();
  const [first] = before.events;
  const entries = await prisma.journalEntry.count();

  ahead += 29 * DAY;
  await addJob(prisma, 'prune', {});
  await vi.waitFor(
    () => expect(gateway.logged.filter((line) => line.includes('older than the retention'))).toHaveLength(1),
    {
      timeout: 20_000,
    },
  );
  expect((await read()).events).toEqual(before.events);

  ahead += 2 * DAY;
  await shop.topUp(wallet, '5');
  await vi.waitFor(async () => expect((await read(before.endCursor ?? '')).events.length).toBeGreaterThan(3));
  const young = await read(before.endCursor ?? '');
  await addJob(prisma, 'prune', {});
  await vi.waitFor(async () => expect(await read()).toEqual(young), { timeout: 20_000 });
  expect(await fault(gateway, shop.apiKey, ReadEventsDocument, { after: first?.cursor ?? '', first: 50 })).toEqual({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('no longer kept'),
  });
  await vi.waitFor(async () =>
    expect(
      await prisma.notification.findMany({ where: { createdAt: { lt: new Date(clock.now().getTime() - 30 * DAY) } } }),
    ).toMatchObject([{ customerId: waits.id, status: 'PENDING' }]),
  );
  expect(await prisma.journalEntry.count()).toBeGreaterThan(entries);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('The job runs every night by itself.', async () => {
  await vi.waitFor(async () => {
    const { rows } = await pool.query('SELECT identifier FROM graphile_worker._private_known_crontabs');
    expect(rows).toContainEqual({ identifier: 'prune' });
  });
});
