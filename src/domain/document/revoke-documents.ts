import type { PersistedDocument } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { normalDocumentId } from './document-id.ts';
import { changeDocuments } from './store.ts';

export interface RevokeDocumentsInput {
  partnerId: string;
  /** The manifest. */
  name: string;
  /** Only these of it; all of it when left out. */
  documentIds?: readonly string[] | undefined;
}

/**
 * Takes documents of a manifest back: within a second no gateway runs them, and subscriptions that they started end. One that stands in another
 * manifest, too, goes on working from there. Revoking again changes nothing.
 * @returns the documents that were named, as they are now
 * @throws NotFoundError without that partner, that manifest, or one of the ids in it
 */
export function revokeDocuments(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { partnerId, name, documentIds }: RevokeDocumentsInput,
): Promise<PersistedDocument[]> {
  const named = documentIds && [...new Set(documentIds.map(normalDocumentId))];
  return transaction(db, async (tx) => {
    await changeDocuments(tx, partnerId);
    const where = { partnerId, manifest: name.trim(), ...(named ? { documentId: { in: named } } : {}) };
    await tx.persistedDocument.updateMany({
      where: { ...where, revokedAt: null },
      data: { revokedAt: clock.now() },
    });
    const rows = await tx.persistedDocument.findMany({ where, orderBy: { id: 'asc' } });
    const missing = named?.find((documentId) => !rows.some((row) => row.documentId === documentId));
    if (missing !== undefined) throw new NotFoundError(`The document ${missing} in this manifest`);
    if (rows.length === 0) throw new NotFoundError('The manifest');
    return rows;
  });
}
