import type { Database } from '../db/client.ts';
import { present } from '../lib/assert.ts';
import { compile, type PostResult, parse, type RawResult } from './post.ts';
import type { JournalEntryDraft } from './posting.ts';

/** Many entries per transaction, few transactions at a time. */
export interface GroupCommit {
  /**
   * Posts one entry in a transaction that it shares with whatever else is waiting. Resolves after commit.
   * A refusal is a verdict of its own; a fault of the group is retried entry by entry, so only the guilty one throws.
   */
  post(entry: JournalEntryDraft): Promise<PostResult>;
}

interface Waiting {
  entry: JournalEntryDraft;
  key: string;
  resolve(result: PostResult): void;
  reject(error: unknown): void;
}

const STATEMENT = 'SELECT ledger_post($1::jsonb, $2::jsonb, $3::jsonb) AS result';

/**
 * The poster for entries that stand alone (no payment row to change with them).
 * @param db the database
 * @param options `batch`: entries per transaction at most; `lanes`: transactions at a time
 */
export function createGroupCommit(db: Database, options: { batch?: number; lanes?: number } = {}): GroupCommit {
  const { batch = 100, lanes = 2 } = options;
  const queue: Waiting[] = [];
  let busy = 0;

  const postNow = async (entries: JournalEntryDraft[]): Promise<PostResult> => {
    const call = compile(entries);
    const values = [call.accounts, call.entries, call.postings];
    const { rows } = await db.pool.query<{ result: RawResult }>({ name: 'ledger_post', text: STATEMENT, values });
    return parse(present(rows[0], 'the answer of ledger_post').result);
  };

  const run = async (group: Waiting[]): Promise<void> => {
    try {
      const result = await postNow(group.map(({ entry }) => entry));
      group.forEach(({ resolve }, index) => {
        resolve({ ...result, verdicts: [present(result.verdicts[index], 'a verdict')] });
      });
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await run([one]);
    }
  };

  const pump = async (): Promise<void> => {
    busy += 1;
    while (queue.length > 0) await run(takeGroup(queue, batch));
    busy -= 1;
  };

  return {
    post: (entry) =>
      new Promise((resolve, reject) => {
        queue.push({ entry, key: `${entry.code} ${entry.reference}`, resolve, reject });
        // what is asked for in this turn of the event loop goes together
        if (busy < lanes) setImmediate(() => busy < lanes && queue.length > 0 && void pump());
      }),
  };
}

/** The oldest entries, but never two with one key: the second is a replay and waits for the next group. */
function takeGroup(queue: Waiting[], size: number): Waiting[] {
  const keys = new Set<string>();
  const group: Waiting[] = [];
  for (let index = 0; index < queue.length && group.length < size; ) {
    const waiting = present(queue[index], 'a waiting entry');
    if (keys.has(waiting.key)) {
      index += 1;
      continue;
    }
    keys.add(waiting.key);
    group.push(waiting);
    queue.splice(index, 1);
  }
  return group;
}
