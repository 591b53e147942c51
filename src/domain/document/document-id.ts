import { createHash } from 'node:crypto';

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/i;
/** Characters that no id may have: it travels in URLs, headers and logs. */
const UNUSABLE = /[\s\p{C}]/u;
const MAX_LENGTH = 200;

/** Digests that the tools make ids of, by their length in hexadecimal digits: SHA-256 (all three), SHA-1 (codegen's older ones), MD5 (Relay's). */
const digests: Record<number, 'sha256' | 'sha1' | 'md5'> = { 64: 'sha256', 40: 'sha1', 32: 'md5' };

/**
 * The one form of an id: `sha256:` is cut off and the digits are small, for one tool writes it so and another one not.
 * @example normalDocumentId('sha256:AB…') // 'ab…'
 */
export function normalDocumentId(id: string): string {
  return SHA256.exec(id)?.[1]?.toLowerCase() ?? id;
}

/** Could this be the id of a document? No other is looked for. */
export const isDocumentId = (id: string): boolean => id !== '' && id.length <= MAX_LENGTH && !UNUSABLE.test(id);

/**
 * What is wrong with an id of a manifest.
 * @param id in its normal form
 * @param body the document that it stands for
 * @returns why it cannot be used, or null
 */
export function wrongDocumentId(id: string, body: string): string | null {
  if (isDocumentId(id)) return wrongDigest(id, body);
  if (id === '' || id.length > MAX_LENGTH) return `the id must have 1 to ${MAX_LENGTH} characters.`;
  return 'the id must have no blanks and no control characters.';
}

function wrongDigest(id: string, body: string): string | null {
  const algorithm = /^[0-9a-f]+$/i.test(id) ? digests[id.length] : undefined;
  if (!algorithm) return id.startsWith('sha256:') ? 'the id must be sha256: and 64 hexadecimal digits.' : null;
  const digest = createHash(algorithm).update(body).digest('hex');
  if (digest === id.toLowerCase()) return null;
  return `the id has the form of a digest, but the ${algorithm} of this text is ${digest}. Was the text changed after its id was made?`;
}
