import { parse } from 'graphql';
import { documentOperations } from '../../graphql/document-operations.ts';
import { sha256 } from '../../lib/crypto.ts';
import type { LiveDocument } from './documents.ts';

/**
 * The gateway's own documents: what `koshel documents` sends. Every partner's key may run them by id, or one that may run published documents only could never
 * publish any; what they do needs the scope DOCUMENTS_WRITE all the same.
 */
const own = new Map<string, LiveDocument>(
  Object.values(documentOperations).map((body) => {
    const documentId = sha256(body);
    return [documentId, { documentId, body, document: parse(body), isPublic: false }];
  }),
);

/** All of the gateway's own documents. */
export const ownDocuments = (): Iterable<LiveDocument> => own.values();

/** The gateway's own document of this id, or null. */
export const ownDocument = (documentId: string): LiveDocument | null => own.get(documentId) ?? null;
