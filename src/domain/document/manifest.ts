import { z } from 'zod';
import { type InputIssue, InvalidInputError } from '../../errors.ts';
import { normalDocumentId, wrongDocumentId } from './document-id.ts';

/** A document as a manifest has it. */
export interface ManifestDocument {
  /** In its normal form. */
  documentId: string;
  body: string;
}

const MOST_DOCUMENTS = 5_000;
const APOLLO = 'apollo-persisted-query-manifest';
// JSON can say both, and the database can keep neither
const UNSTORABLE = /[\0\p{Cs}]/u;
const PATH = ['input', 'manifest'];

const apollo = z.object({
  format: z.literal(APOLLO),
  version: z.literal(1, 'must be 1'),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});
const flat = z.record(z.string(), z.string('must be the text of a document'));

/**
 * Reads a manifest in one of the forms that tools write: the flat map of graphql-codegen's client preset and of Relay
 * (`{"<id>": "<text>"}`), or Apollo's persisted query manifest.
 * @param json its text
 * @returns its documents, each id once
 * @throws InvalidInputError with an issue for each document whose id cannot be used
 */
export function readManifest(json: string): ManifestDocument[] {
  const entries = entriesOf(parsed(json));
  if (entries.length === 0) throw unusable('has no documents.');
  if (entries.length > MOST_DOCUMENTS) {
    throw unusable(`has ${entries.length} documents, at most ${MOST_DOCUMENTS}. Publish it in parts.`);
  }
  const bodies = new Map<string, string>();
  const issues: InputIssue[] = [];
  for (const [id, body] of entries) {
    const documentId = normalDocumentId(id);
    const wrong = wrongEntry(documentId, body, bodies.get(documentId));
    if (wrong) issues.push({ path: [...PATH, id], message: wrong });
    bodies.set(documentId, body);
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  return [...bodies].map(([documentId, body]) => ({ documentId, body }));
}

function wrongEntry(documentId: string, body: string, before: string | undefined): string | null {
  if (before !== undefined && before !== body) return 'stands twice, for two texts.';
  if (UNSTORABLE.test(body)) return 'has a character that no text can have (U+0000, or half of a surrogate pair).';
  return wrongDocumentId(documentId, body);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) throw unusable('is not JSON. Send the text of the file that your tool wrote.');
    throw error;
  }
}

function entriesOf(manifest: unknown): [id: string, body: string][] {
  const isApollo = typeof manifest === 'object' && manifest !== null && 'operations' in manifest;
  if (isApollo) return checked(apollo, manifest).operations.map(({ id, body }) => [id, body]);
  return Object.entries(checked(flat, manifest));
}

function checked<T>(form: z.ZodType<T>, manifest: unknown): T {
  const result = form.safeParse(manifest);
  if (result.success) return result.data;
  throw new InvalidInputError(
    result.error.issues.map(({ path, message }) => ({
      path: [...PATH, ...path.map(String)],
      message: path.length > 0 ? `${message}.` : `is none of the three forms: a map of ids to texts, or ${APOLLO}.`,
    })),
  );
}

const unusable = (message: string) => new InvalidInputError([{ path: PATH, message }]);
