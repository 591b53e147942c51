import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { TransactionTimeoutError } from '../../../src/db/sql-transaction.ts';
import { createTransferLane } from '../../../src/domain/payment/group/lane.ts';
import { newId } from '../../../src/lib/ids.ts';
import { testDatabase } from '../../support/db.ts';

const db = await testDatabase(4);
const viewer = { kind: 'PARTNER' as const, partnerId: newId('Partner'), apiKeyId: 'key_1', scopes: new Set<never>() };
const clock = { now: () => new Date() };
const log = pino({ level: 'silent' });

test('When the database is gone, all who share a transaction are told so at once, and the lane goes on when it is back.', async () => {
  let gone = true;
  let asked = 0;
  const connect = async () => {
    asked += 1;
    if (gone) throw new Error('Connection terminated unexpectedly');
    return db.pool.connect();
  };
  const lane = createTransferLane({ db: { ...db, pool: { connect } as unknown as Database['pool'] }, clock, log });
  const confirmMany = () =>
    Promise.allSettled(Array.from({ length: 50 }, () => lane.confirm(viewer, newId('Payment'))));
  for (const answer of await confirmMany())
    expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'Connection terminated unexpectedly' } });
  // the group, and the first of it alone, twice
  expect(asked).toBe(3);
  gone = false;
  for (const answer of await confirmMany()) expect(answer).toEqual({ status: 'fulfilled', value: 'ELSEWHERE' });
});

test('Who has waited for a turn too long is refused, and nothing is asked of the database for it.', async () => {
  let asked = 0;
  let free = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    free = resolve;
  });
  const connect = async () => {
    asked += 1;
    await taken;
    return db.pool.connect();
  };
  const one = { lanes: 1, waitMs: 100 };
  const lane = createTransferLane({ db: { ...db, pool: { connect } as unknown as Database['pool'] }, clock, log }, one);
  const confirm = () => lane.confirm(viewer, newId('Payment'));
  const first = confirm();
  await expect.poll(() => asked).toBe(1);
  const since = performance.now();
  const late = Promise.allSettled([confirm(), confirm()]);
  await expect.poll(() => performance.now() - since).toBeGreaterThan(200);
  free();
  expect(await first).toBe('ELSEWHERE');
  for (const answer of await late)
    expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(TransactionTimeoutError) });
  expect(asked).toBe(1);
  expect(await confirm()).toBe('ELSEWHERE');
});
