import { normalDocumentId } from '../../domain/document/document-id.ts';
import { edgeError } from '../faults.ts';

/** What a request says to be run: beside the parameters that GraphQL over HTTP knows, one of the four forms of an id. */
export interface DocumentParams {
  query?: unknown;
  extensions?: unknown;
  [name: string]: unknown;
}

/** Names of parameters that carry an id: of the draft of GraphQL over HTTP and of Hive, and Relay's two. */
export const ID_PARAMS = ['documentId', 'doc_id', 'id'] as const;

/** What is asked for: a text, an id, or both. */
export interface AskedDocument {
  text: string | null;
  /** In its normal form. */
  documentId: string | null;
  /** The id is Apollo's, which is always the SHA-256 of the text. */
  isDigest: boolean;
}

/**
 * Reads what is asked for; `documentId`, `extensions.persistedQuery.sha256Hash`, `doc_id` and `id` say the same, in this order. An empty text is none,
 * because graphql-ws wants one in every message.
 * @throws GraphQLError BAD_REQUEST for an id that is no text
 */
export function askedDocument(params: DocumentParams): AskedDocument {
  const { query } = params;
  const text = typeof query === 'string' && query.trim() !== '' ? query : null;
  const digest = digestOf(params.extensions);
  const named = ID_PARAMS.find((name) => params[name] !== undefined && params[name] !== null);
  const id = params['documentId'] ?? digest ?? (named && params[named]) ?? null;
  if (id !== null && (typeof id !== 'string' || id === ''))
    throw edgeError(`${named ?? 'sha256Hash'} must be the id of a document, as a text.`, 'BAD_REQUEST');
  return { text, documentId: id === null ? null : normalDocumentId(id), isDigest: id !== null && id === digest };
}

function digestOf(extensions: unknown): unknown {
  const persisted = memberOf(extensions, 'persistedQuery');
  return memberOf(persisted, 'sha256Hash') ?? null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
