import { expect, test } from 'vitest';
import { CALLER_KEPT_MS } from '../../../src/domain/access/known-callers.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { ok, openDoors } from './shop.ts';

/** What goes wrong at the door itself, before anything is run. */

const { ways, head } = await openDoors();
const { pool } = ways.gateway.deps.db;

const rename = (from: string, to: string) => pool.query(`ALTER TABLE ${from} RENAME TO ${to}`);
/** What a door knows of a caller is forgotten by then. */
async function forgotten(): Promise<void> {
  const since = performance.now();
  await expect.poll(() => performance.now() - since).toBeGreaterThan(CALLER_KEPT_MS + 100);
}

test('A fault while the caller is looked for is told as yoga tells it, masked, and seen in the log; then all goes on.', async () => {
  const asked = { headers: head(), body: ok };
  await ways.same(asked);
  await forgotten();
  const before = ways.gateway.logged.length;
  const met = await ways.met();

  await rename('api_key', 'api_key_gone');
  const answer = await ways.same({ ...asked, headers: head({ 'X-Request-Id': 'the-fault' }) });
  await rename('api_key_gone', 'api_key');

  expect(JSON.parse(answer.body)).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'the-fault' } }],
  });
  expect(answer.body).not.toMatch(/api_key|relation/);
  const told = ways.gateway.logged.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toContainEqual(
    expect.objectContaining({
      msg: 'passed on by the front door',
      requestId: 'the-fault',
      err: expect.objectContaining({ message: expect.stringContaining('api_key') }),
    }),
  );
  expect(await ways.met()).toEqual({ ...met, passed_on: met.passed_on + 1 });
  expect((await sendRaw(ways.gateway.url, asked)).status).toBe(200);
  expect(await ways.met()).toEqual({ ...met, answered: met.answered + 1, passed_on: met.passed_on + 1 });
});
