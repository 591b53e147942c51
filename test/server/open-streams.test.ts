import type { ExecutionResult } from 'graphql';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import type { DocumentRules } from '../../src/domain/document/rules.ts';
import { createOpenStreams } from '../../src/server/documents/open-streams.ts';

const OPEN: DocumentRules = { policy: 'OPEN', version: 1 };

/** A database that is asked for rules, and answers when it is told to. */
function database() {
  const asked: { ids: string[]; answer(rules: Record<string, DocumentRules>): void; drop(): void }[] = [];
  let isGone = false;
  const query = ({ values: [ids] }: { values: [string[]] }) =>
    new Promise((resolve, reject) => {
      const answer = (rules: Record<string, DocumentRules>) =>
        resolve({ rows: Object.entries(rules).map(([id, one]) => ({ id, ...one })) });
      const drop = () => reject(new Error('the database is gone'));
      if (isGone) drop();
      else asked.push({ ids, answer, drop });
    });
  const go = () => {
    isGone = true;
    for (const { drop } of asked) drop();
  };
  return { asked, go, db: { pool: { query } } as unknown as Database };
}

/** Results of which none comes. */
async function* silence(): AsyncGenerator<ExecutionResult, void> {
  await new Promise(() => undefined);
}

const admission = (partnerId: string) => ({ partnerId, persisted: null, version: 1 });
const state = (promise: Promise<unknown>) => Promise.race([promise, Promise.resolve('open')]);

test('Who subscribes while the rules of others are read is not ended for lack of rules that nobody asked for.', async () => {
  const { asked, go, db } = database();
  const unasked = () => {
    throw new Error('not asked');
  };
  const documents = { rules: unasked, find: () => null, read: unasked, onChange: unasked };
  const streams = createOpenStreams({ db, log: pino({ level: 'silent' }) }, documents);
  onTestFinished(() => {
    // a look that is under way is waited for
    go();
    return streams.stop();
  });
  const first = streams.watch(admission('par_a'), silence()).next();
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(1);
  const late = streams.watch(admission('par_b'), silence()).next();
  asked[0]?.answer({ par_a: OPEN });
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(2);
  expect([await state(first), await state(late)]).toEqual(['open', 'open']);
  // the next look has its rules, too
  expect(asked[1]?.ids).toEqual(['par_a', 'par_b']);
  asked[1]?.answer({ par_a: OPEN, par_b: { policy: 'PERSISTED_ONLY', version: 2 } });
  const ended = (await late) as IteratorResult<ExecutionResult>;
  expect(ended.value?.errors?.[0]?.extensions).toMatchObject({ code: 'PERSISTED_QUERY_ONLY' });
  expect(await state(first)).toBe('open');
});
