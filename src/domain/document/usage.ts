import type { Deps } from '../../deps.ts';

/** Between two notes of the same document by the same gateway: `lastUsedAt` is for people, and spares writes. */
const PRECISION_MS = 60_000;
/** Documents that are remembered; beyond it notes are only written more often. */
const MOST_REMEMBERED = 20_000;

/** Which documents are in use. Notes are kept in memory and written together, apart from the requests. */
export interface DocumentUsage {
  note(partnerId: string, documentId: string): void;
  /** Writes what was noted since the last time, in one statement. What cannot be written now is written the next time. */
  write(): Promise<void>;
}

/** The notes of this process. */
export function createDocumentUsage({ db, clock }: Pick<Deps, 'db' | 'clock'>): DocumentUsage {
  const noted = new Map<string, number>();
  let waiting = new Map<string, { partnerId: string; documentId: string; at: Date }>();
  return {
    note(partnerId, documentId) {
      const key = `${partnerId} ${documentId}`;
      const at = clock.now();
      if (at.getTime() - (noted.get(key) ?? 0) < PRECISION_MS) return;
      if (noted.size >= MOST_REMEMBERED) noted.clear();
      noted.set(key, at.getTime());
      waiting.set(key, { partnerId, documentId, at });
    },
    async write() {
      if (waiting.size === 0) return;
      const batch = waiting;
      waiting = new Map();
      const rows = [...batch.values()];
      try {
        await db.pool.query(
          `UPDATE persisted_document d SET last_used_at = used.at
           FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS used (partner_id, document_id, at)
           WHERE d.partner_id = used.partner_id AND d.document_id = used.document_id
             AND (d.revoked_at IS NULL OR d.revoked_at > used.at)
             AND (d.last_used_at IS NULL OR d.last_used_at < used.at)`,
          [rows.map((row) => row.partnerId), rows.map((row) => row.documentId), rows.map((row) => row.at)],
        );
      } catch (error) {
        for (const [key, row] of batch) if (!waiting.has(key)) waiting.set(key, row);
        throw error;
      }
    },
  };
}
