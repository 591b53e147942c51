import { expect, test } from 'vitest';
import type { Deps } from '../../../src/deps.ts';
import { createDocumentUsage } from '../../../src/domain/document/usage.ts';

/** Notes of use: few writes, and none lost while the database is away. */

function usageOn(query: (sql: string, values: unknown[]) => Promise<unknown>) {
  let now = Date.parse('2026-11-22T12:00:00Z');
  const clock = { now: () => new Date(now) };
  const usage = createDocumentUsage({ clock, db: { pool: { query } } } as unknown as Deps);
  return {
    usage,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('What is used again and again is written once a minute, all documents in one statement.', async () => {
  const writes: unknown[][] = [];
  const { usage, pass } = usageOn(async (_sql, values) => writes.push(values));
  for (let times = 0; times < 1_000; times += 1) {
    usage.note('par_1', 'a');
    usage.note('par_1', 'b');
    usage.note('par_2', 'a');
  }
  await usage.write();
  await usage.write();
  const at = new Date('2026-11-22T12:00:00Z');
  expect(writes).toEqual([
    [
      ['par_1', 'par_1', 'par_2'],
      ['a', 'b', 'a'],
      [at, at, at],
    ],
  ]);
  pass(59_999);
  usage.note('par_1', 'a');
  await usage.write();
  expect(writes).toHaveLength(1);
  pass(1);
  usage.note('par_1', 'a');
  await usage.write();
  expect(writes[1]).toEqual([['par_1'], ['a'], [new Date('2026-11-22T12:01:00Z')]]);
});

test('What could not be written is written the next time, and what is newer wins.', async () => {
  const writes: unknown[][] = [];
  let isAway = true;
  const { usage, pass } = usageOn(async (_sql, values) => {
    if (isAway) throw new Error('the database is away');
    writes.push(values);
  });
  usage.note('par_1', 'a');
  usage.note('par_1', 'b');
  const first = usage.write();
  pass(60_000);
  // while it is being written
  usage.note('par_1', 'a');
  await expect(first).rejects.toThrow('away');
  isAway = false;
  await usage.write();
  expect(writes).toEqual([
    [
      ['par_1', 'par_1'],
      ['a', 'b'],
      [new Date('2026-11-22T12:01:00Z'), new Date('2026-11-22T12:00:00Z')],
    ],
  ]);
});
