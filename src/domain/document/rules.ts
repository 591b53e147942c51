import type { Database } from '../../db/client.ts';
import type { DocumentPolicy } from '../../db/generated/enums.ts';

/** What a partner may send, and when its documents last changed. */
export interface DocumentRules {
  policy: DocumentPolicy;
  /** Grows with each publication and revocation. */
  version: number;
}

/**
 * The rules of these partners, as they are now.
 * @returns by the partner's id; a partner that does not exist is left out
 */
export async function readDocumentRules(
  { pool }: Pick<Database, 'pool'>,
  partnerIds: string[],
): Promise<Map<string, DocumentRules>> {
  const { rows } = await pool.query<DocumentRules & { id: string }>({
    name: 'document_rules',
    text: `SELECT id, document_policy AS policy, documents_version AS version FROM partner WHERE id = ANY ($1)`,
    values: [partnerIds],
  });
  return new Map(rows.map(({ id, policy, version }) => [id, { policy, version }]));
}
