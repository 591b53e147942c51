import { afterEach, expect, test, vi } from 'vitest';
import { ledgerCommand } from '../../src/cli/ledger.ts';
import { testDatabase } from '../support/db.ts';
import { sampleBooks } from './books.ts';

const db = await testDatabase();
const books = await sampleBooks(db);
let closed = 0;

/** Runs `koshel ledger verify …` and returns what it printed and its exit code. */
async function verify(...args: string[]): Promise<{ printed: string; exitCode: typeof process.exitCode }> {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const close = async () => {
    closed += 1;
  };
  await ledgerCommand(async () => ({ db, close })).parseAsync(['verify', ...args], { from: 'user' });
  vi.restoreAllMocks();
  return { printed: printed.join(''), exitCode: process.exitCode };
}

afterEach(() => {
  process.exitCode = undefined;
});

test('Sound books: a tick per check, the head of the chain, exit code 0, and the database is closed.', async () => {
  const { printed, exitCode } = await verify();
  expect(printed).toMatch(/^✓ postings +10 postings +Every entry has postings numbered from 1/);
  expect(printed.match(/^✓ /gm)?.length).toBe(13);
  expect(printed).toContain('The books are sound.');
  expect([exitCode, closed]).toEqual([undefined, 1]);
  const head = /^head (5:[0-9a-f]{64})$/m.exec(printed)?.[1] ?? '';
  expect((await verify('--head', head)).printed).toContain('The books are sound.');
});

test('A head that the chain does not pass through is a break, exit code 1.', async () => {
  const { printed, exitCode } = await verify('--head', `3:${'0'.repeat(64)}`);
  expect(printed).toContain('✗ hash chain');
  expect(printed).toContain(`    the chain no longer passes through 3:${'0'.repeat(64)}`);
  expect(printed).toContain('The books are broken: 1 of 13 checks failed.');
  expect(exitCode).toBe(1);
});

test('Each break is printed under its check, exit code 1.', async () => {
  await db.pool.query('UPDATE ledger_account SET posted_credits = posted_credits + 5 WHERE id = $1', [books.wallet]);
  const { printed, exitCode } = await verify();
  expect(printed).toMatch(
    /✗ counters = postings .*\n {4}account acc_\w+: counters 2935 12530 600 0, postings 2935 12525 600 0\n/,
  );
  expect(exitCode).toBe(1);
});
