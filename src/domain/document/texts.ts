import { perDatabase } from '../../db/adaptive.ts';
import type { Database } from '../../db/client.ts';

/** The texts that were used last, of all partners: each once, at most so many. */
export async function textsInUse({ pool }: Pick<Database, 'pool'>, most: number): Promise<string[]> {
  const { rows } = await pool.query<{ body: string }>(
    `SELECT body FROM persisted_document WHERE revoked_at IS NULL
     GROUP BY body ORDER BY max(last_used_at) DESC NULLS LAST LIMIT $1`,
    [most],
  );
  return rows.map(({ body }) => body);
}

/** The texts that this partner published last, at most so many. */
export async function textsOf({ pool }: Pick<Database, 'pool'>, partnerId: string, most: number): Promise<string[]> {
  const { rows } = await pool.query<{ body: string }>(
    `SELECT body FROM persisted_document WHERE partner_id = $1 AND revoked_at IS NULL
     ORDER BY published_at DESC, id LIMIT $2`,
    [partnerId, most],
  );
  return rows.map(({ body }) => body);
}

type Listener = (partnerId: string) => void;
const listeners = perDatabase(() => new Set<Listener>());

/** To be called when documents of a partner were published here. */
export function tellPublished(db: Database, partnerId: string): void {
  for (const listener of listeners(db)) listener(partnerId);
}

/** @returns stops listening */
export function onPublished(db: Database, listener: Listener): () => void {
  listeners(db).add(listener);
  return () => void listeners(db).delete(listener);
}
