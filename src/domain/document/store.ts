import type { Tx } from '../../db/client.ts';
import type { PersistedDocument, Prisma } from '../../db/generated/client.ts';
import { NotFoundError } from '../../errors.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `persisted_document` that this viewer may know of: the administrator's and the partner's server's, which may also publish. */
export function visibleDocuments(viewer: Viewer): Prisma.PersistedDocumentWhereInput {
  if (viewer.kind === 'ADMIN') return {};
  const mayRead = viewer.kind === 'PARTNER' && viewer.scopes.has('DOCUMENTS_WRITE');
  return mayRead ? { partnerId: viewer.partnerId } : { id: { in: [] } };
}

/**
 * Locks a partner's documents until the transaction ends, and tells every gateway by the version that they change.
 * @throws NotFoundError without that partner
 */
export async function changeDocuments(tx: Tx, partnerId: string): Promise<void> {
  const changed = await tx.partner.updateMany({
    where: { id: partnerId },
    data: { documentsVersion: { increment: 1 } },
  });
  if (changed.count === 0) throw new NotFoundError('The partner');
}

/** The document that a partner may run under this id, from whichever of its manifests; null when there is none. */
export const findLiveDocument = (
  tx: Pick<Tx, 'persistedDocument'>,
  partnerId: string,
  documentId: string,
): Promise<PersistedDocument | null> =>
  tx.persistedDocument.findFirst({ where: { partnerId, documentId, revokedAt: null } });
