import type { Database } from '../db/client.ts';
import { TransactionTimeoutError } from '../db/sql-transaction.ts';
import { present } from '../lib/assert.ts';
import { compile, POST_STATEMENT, type PostResult, parse, type RawResult } from './post.ts';
import type { JournalEntryDraft } from './posting.ts';

/** Many entries per transaction, few transactions at a time. */
export interface GroupCommit {
  /**
   * Posts one entry in a transaction that it shares with whatever else is waiting. Resolves after commit.
   * A refusal is a verdict of its own; a fault of the group is retried entry by entry, so only the guilty one throws.
   * Entries that share an account are posted in the order in which they were asked for.
   * @throws TransactionTimeoutError when the database was silent for too long: whether the entry stands is not known, and the same again finds out
   */
  post(entry: JournalEntryDraft): Promise<PostResult>;
}

interface Waiting {
  entry: JournalEntryDraft;
  key: string;
  /** Whatever else must not be in another group at the same time: the key, and every account named. */
  touches: string[];
  resolve(result: PostResult): void;
  reject(error: unknown): void;
}

const KNOWN_ACCOUNTS = 100_000;

export interface GroupCommitOptions {
  /** Entries per transaction at most. */
  batch?: number;
  /** Transactions at a time. */
  lanes?: number;
  /** How long one may take. */
  limitMs?: number;
}

/** The poster for entries that stand alone (no payment row to change with them). */
export function createGroupCommit(db: Database, options: GroupCommitOptions = {}): GroupCommit {
  const { batch = 250, lanes = 3, limitMs = 30_000 } = options;
  let queue: Waiting[] = [];
  let busyLanes = 0;
  let woken = false;
  const touched = new Set<string>();
  // accounts that a committed call has named; the server need not be told again what they are
  const known = new Set<string>();

  const postNow = async (entries: JournalEntryDraft[]): Promise<PostResult> => {
    const call = compile(entries, known);
    const query = { name: 'ledger_post', text: POST_STATEMENT, values: call.values, query_timeout: limitMs };
    const { rows } = await db.pool.query<{ result: RawResult }>(query).catch(explain);
    if (known.size > KNOWN_ACCOUNTS) known.clear();
    for (const id of call.accounts.keys()) known.add(id);
    return parse(call, present(rows[0], 'the answer of ledger_post').result);
  };

  const run = async (group: Waiting[]): Promise<void> => {
    try {
      const result = await postNow(group.map(({ entry }) => entry));
      group.forEach(({ resolve }, index) => {
        resolve({ ...result, verdicts: [present(result.verdicts[index], 'a verdict')] });
      });
    } catch (error) {
      known.clear();
      // whoever is silent to all of them is not asked for each
      if (group.length === 1 || error instanceof TransactionTimeoutError) for (const { reject } of group) reject(error);
      else for (const one of group) await run([one]);
    }
  };

  const start = (): void => {
    while (busyLanes < lanes) {
      const { group, left } = takeGroup(queue, batch, touched);
      if (group.length === 0) return;
      queue = left;
      busyLanes += 1;
      for (const { touches } of group) for (const one of touches) touched.add(one);
      void run(group).then(() => {
        busyLanes -= 1;
        for (const { touches } of group) for (const one of touches) touched.delete(one);
        start();
      });
    }
  };

  const wake = (): void => {
    if (woken) return;
    woken = true;
    // what is asked for in this turn of the event loop goes together
    setImmediate(() => {
      woken = false;
      start();
    });
  };

  return {
    post: (entry) =>
      new Promise((resolve, reject) => {
        const key = `${entry.code} ${entry.reference}`;
        const touches = [key];
        for (const { debit, credit } of entry.postings) touches.push(debit.id, credit.id);
        queue.push({ entry, key, touches, resolve, reject });
        if (busyLanes < lanes) wake();
      }),
  };
}

/** In the words of pg, which cuts the connection then. */
function explain(error: Error): never {
  if (error.message !== 'Query read timeout') throw error;
  throw new TransactionTimeoutError('the books did not say in time what became of a posting');
}

/**
 * The oldest entries that touch nothing which another group has in hand, so that groups never wait for each other in the
 * database; never two with one key, for the second is a replay. Nobody overtakes an older entry that shares an account.
 */
function takeGroup(queue: Waiting[], size: number, touched: Set<string>): { group: Waiting[]; left: Waiting[] } {
  const group: Waiting[] = [];
  const passed: Waiting[] = [];
  const keys = new Set<string>();
  const reserved = new Set<string>();
  let at = 0;
  // looking far ahead past blocked entries would cost more than it finds
  for (; at < queue.length && group.length < size && passed.length < 10 * size; at += 1) {
    const waiting = present(queue[at], 'a waiting entry');
    const { key, touches } = waiting;
    let blocked = keys.has(key);
    for (const one of touches) blocked ||= touched.has(one) || reserved.has(one);
    if (blocked) {
      passed.push(waiting);
      for (const one of touches) reserved.add(one);
    } else {
      keys.add(key);
      group.push(waiting);
    }
  }
  return { group, left: [...passed, ...queue.slice(at)] };
}
