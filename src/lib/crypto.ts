import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { InvariantError } from './assert.ts';

/**
 * Sealing of personal data and keyed hashing for search. Format of a sealed value:
 * version (1 byte) · key id (1 byte) · nonce (12 bytes) · ciphertext · tag (16 bytes); AES-256-GCM.
 */
export interface Vault {
  /** Encrypts text. `context` (table, column and row) is authenticated, so a value cannot be moved to another row. */
  seal(text: string, context: string): Uint8Array<ArrayBuffer>;
  /** @throws InvariantError when the value was changed, moved, or sealed under another key */
  open(sealed: Uint8Array, context: string): string;
  /** HMAC-SHA256 under a key of its own, for equality search over sealed values. */
  fingerprint(text: string): Uint8Array<ArrayBuffer>;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param masterKey 32 bytes; working keys are derived from it (HKDF-SHA256), one per purpose
 * @param keyId which master key this is, 0 to 255; written into each sealed value
 */
export function createVault(masterKey: Uint8Array, keyId = 1): Vault {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, 'koshel', purpose, 32));
  const sealKey = derive('seal');
  const hashKey = derive('fingerprint');
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Uint8Array.from(Buffer.concat([Buffer.from([VERSION, keyId]), nonce, body, cipher.getAuthTag()]));
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < 2 + NONCE_BYTES + TAG_BYTES) throw new InvariantError('a sealed value is cut off');
      if (bytes[0] !== VERSION || bytes[1] !== keyId) throw new InvariantError('a sealed value names an unknown key');
      const nonce = bytes.subarray(2, 2 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', sealKey, nonce)
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const body = bytes.subarray(2 + NONCE_BYTES, bytes.length - TAG_BYTES);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        throw new InvariantError(`a sealed value at ${context} does not open: changed, moved, or another key`);
      }
    },
    fingerprint: (text) => Uint8Array.from(createHmac('sha256', hashKey).update(text).digest()),
  };
}

/** SHA-256 of text, hexadecimal. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
