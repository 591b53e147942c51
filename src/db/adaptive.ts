import type { Database } from './client.ts';
import { sqlState } from './transaction.ts';

/** One prepared statement that answers many keys, shared by whoever asks at the same time. */
export interface SharedStatement<Key, Answer> {
  /** The answer to one key. */
  load(key: Key): Promise<Answer>;
  /** The answers to keys that belong together: they go in one statement as far as one takes them. */
  loadMany(keys: readonly Key[]): Promise<Answer[]>;
}

interface Waiting<Key, Answer> {
  key: Key;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface SharingOptions {
  /** Statements under way at a time. With two, one is prepared by this process while PostgreSQL runs the other. */
  lanes?: number;
  /** Keys in one statement at most. */
  most?: number;
}

/**
 * Shares a statement between requests in flight: a key that finds a lane idle goes at the end of this turn of the event loop, with those that came
 * in the same turn; keys that come while the lanes are busy wait for the next statement and go together. Nothing waits when there is no company, and what is asked is read
 * by a statement that begins after it was asked. A statement that PostgreSQL refuses is tried again in halves, so that
 * a bad key fails alone.
 * @param run answers keys in their order, each by itself: who may see what is in the key and in the SQL, never in the session
 */
export function shareStatement<Key, Answer>(
  run: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  { lanes = 2, most = 64 }: SharingOptions = {},
): SharedStatement<Key, Answer> {
  let queue: Waiting<Key, Answer>[] = [];
  let busy = 0;
  const settle = async (group: readonly Waiting<Key, Answer>[]): Promise<void> => {
    try {
      const answers = await run(group.map(({ key }) => key));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (group.length === 1 || sqlState(error) === null) {
        for (const { reject } of group) reject(error);
        return;
      }
      const half = group.length >> 1;
      await settle(group.slice(0, half));
      await settle(group.slice(half));
    }
  };
  let due = false;
  const dispatch = (): void => {
    due = false;
    while (busy < lanes && queue.length > 0) {
      const group = queue.slice(0, most);
      queue = queue.slice(most);
      busy += 1;
      void settle(group).then(() => {
        busy -= 1;
        soon();
      });
    }
  };
  const soon = (): void => {
    if (due || busy === lanes || queue.length === 0) return;
    due = true;
    setImmediate(dispatch);
  };
  const enqueue = (key: Key) =>
    new Promise<Answer>((resolve, reject) => {
      queue.push({ key, resolve, reject });
    });
  return {
    load(key) {
      const answer = enqueue(key);
      soon();
      return answer;
    },
    loadMany(keys) {
      const answers = keys.map(enqueue);
      soon();
      return Promise.all(answers);
    },
  };
}

/** Something that each open database has one of, made when it is first wanted: its shared statements, what is remembered of it. */
export function perDatabase<T>(create: (db: Database) => T): (db: Database) => T {
  const known = new WeakMap<Database, T>();
  return (db) => {
    let own = known.get(db);
    if (own === undefined) {
      own = create(db);
      known.set(db, own);
    }
    return own;
  };
}
