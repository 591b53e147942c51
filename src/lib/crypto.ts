import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';
import { InvariantError } from './assert.ts';

/**
 * Sealing of personal data and keyed hashing for search. Format of a sealed value:
 * version (1 byte) · key id (1 byte) · nonce (12 bytes) · ciphertext · tag (16 bytes); AES-256-GCM.
 */
export interface Vault {
  /**
   * Encrypts text under the current key. `context` (table, column and row) is authenticated, so a value cannot be moved to
   * another row.
   */
  seal(text: string, context: string): Uint8Array<ArrayBuffer>;
  /** @throws InvariantError when the value was changed, moved, or sealed under a key that is not known */
  open(sealed: Uint8Array, context: string): string;
  /** HMAC-SHA256 under a key that does not change with the others, for equality search over sealed values. */
  fingerprint(text: string): Uint8Array<ArrayBuffer>;
  /** The id of the key that seals. */
  readonly keyId: number;
  /** The ids of the keys that open, the current one among them. */
  readonly opens: readonly number[];
}

/** A master key: 32 bytes. Working keys are derived from it (HKDF-SHA256), one per purpose. */
export interface MasterKey {
  /** 0 to 255; written into each sealed value. */
  id: number;
  bytes: Uint8Array;
}

export interface MasterKeys {
  /** Seals and opens. */
  current: MasterKey;
  /** Only open: older ones, and one that other gateways have begun to seal under. */
  others: readonly MasterKey[];
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const derive = ({ bytes }: MasterKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', bytes, 'koshel', purpose, 32));

/** The key that fingerprints are made with in a database that began under this master key: 32 bytes. */
export const firstFingerprintKey = (master: MasterKey): Buffer => derive(master, 'fingerprint');

/**
 * @param keys the master keys, each with an id of its own
 * @param fingerprintKey 32 bytes
 */
export function createVault({ current, others }: MasterKeys, fingerprintKey: Uint8Array): Vault {
  const sealKeys = new Map([...others, current].map((master) => [master.id, derive(master, 'seal')]));
  const sealKey = derive(current, 'seal');
  const hashKey = Buffer.from(fingerprintKey);
  return {
    keyId: current.id,
    opens: [...sealKeys.keys()],
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Uint8Array.from(Buffer.concat([Buffer.from([VERSION, current.id]), nonce, body, cipher.getAuthTag()]));
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      const key = sealKeys.get(sealedUnder(bytes));
      if (!key) throw new InvariantError(`a sealed value names an unknown key, ${sealedUnder(bytes)}`);
      const nonce = bytes.subarray(2, 2 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const body = bytes.subarray(2 + NONCE_BYTES, bytes.length - TAG_BYTES);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        throw new InvariantError(`a sealed value at ${context} does not open: changed, moved, or another key`);
      }
    },
    fingerprint: (text) => new Uint8Array(createHmac('sha256', hashKey).update(text).digest()),
  };
}

/**
 * The id of the key that a value is sealed under, as it says itself.
 * @throws InvariantError for what is not in the format
 */
export function sealedUnder(sealed: Uint8Array): number {
  if (sealed.length < 2 + NONCE_BYTES + TAG_BYTES) throw new InvariantError('a sealed value is cut off');
  const [version, keyId] = sealed;
  if (version !== VERSION || keyId === undefined) throw new InvariantError('a sealed value has an unknown format');
  return keyId;
}

/** SHA-256 of text, hexadecimal. */
export const sha256 = (text: string): string => hash('sha256', text);
