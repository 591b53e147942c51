import { GraphQLError } from 'graphql';
import { isPromise } from 'graphql-yoga';
import type { DocumentUsage } from '../../domain/document/usage.ts';
import { sha256 } from '../../lib/crypto.ts';
import type { RequestState } from '../request.ts';
import { askedDocument, type DocumentParams } from './asked-document.ts';
import type { Documents, LiveDocument } from './documents.ts';
import { ownDocument } from './own-documents.ts';

/** How the document of an operation came to be admitted. */
export interface Admission {
  /** In whose tenancy; null for the administrator and for callers without a credential, who have no documents. */
  partnerId: string | null;
  /** Null: it was sent as a text. */
  persisted: LiveDocument | null;
  /** Of the partner's documents, when it was admitted. */
  version: number;
}

/** What admits documents, the same for every transport. */
export interface Admissions {
  documents: Documents;
  usage: DocumentUsage;
}

/**
 * Decides what a request runs. The only way in: HTTP, SSE and WebSocket all pass here.
 * @param state of the request; its viewer is known
 * @param params as the transport read them
 * @returns the text to run, or null when there is none and no id either, and how it was admitted
 * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_ONLY, PERSISTED_QUERY_MISMATCH or BAD_REQUEST
 */
export async function admitDocument(
  { documents, usage }: Admissions,
  { viewer }: Pick<RequestState, 'viewer'>,
  params: DocumentParams,
): Promise<{ query: string | null; admission: Admission }> {
  const { text, documentId, isDigest } = askedDocument(params);
  const partnerId = viewer && viewer.kind !== 'ADMIN' ? viewer.partnerId : null;
  const rules = partnerId ? documents.rules(partnerId) : OPEN;
  const { policy, version } = isPromise(rules) ? await rules : rules;
  const open = policy === 'OPEN';
  if (text !== null && isDigest && documentId !== sha256(text)) throw mismatch();
  const sought =
    documentId !== null && partnerId
      ? (ownDocument(documentId) ?? documents.find(partnerId, documentId, version))
      : null;
  const found = isPromise(sought) ? await sought : sought;
  if (found) {
    if (text !== null && text !== found.body) throw mismatch();
    if (partnerId && !ownDocument(found.documentId)) usage.note(partnerId, found.documentId);
    return { query: found.body, admission: { partnerId, persisted: found, version } };
  }
  if (documentId !== null && (text === null || !open)) throw notFound();
  if (text !== null && !open) throw persistedOnly();
  return { query: text, admission: { partnerId, persisted: null, version } };
}

const OPEN = { policy: 'OPEN', version: 0 } as const;

/** In the words of Apollo's protocol, which its clients understand. */
export const notFound = (): GraphQLError => refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND', 404);

/** The partner's policy admits published documents only. */
export const persistedOnly = (): GraphQLError =>
  refusal(
    'This partner may run published documents only. Send the id of one; they are published by persistedDocumentsPublish.',
    'PERSISTED_QUERY_ONLY',
    403,
  );

const mismatch = (): GraphQLError =>
  refusal('The text is not the one of this id. Send one of them.', 'PERSISTED_QUERY_MISMATCH', 400);

/** Clients of `application/json` get 200, as they expect; those of `application/graphql-response+json` the status. */
const refusal = (message: string, code: string, status: number): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { spec: true, status } } });
