import { randomBytes } from 'node:crypto';
import { sha256 } from '../../lib/crypto.ts';

const SECRET_BYTES = 32;
const PREFIX_CHARACTERS = 8;

/** A new API key: `ksh_` and 256 random bits. Only its hash and its first characters are kept. */
export function generateApiKey(): { secret: string; prefix: string; hash: string } {
  const secret = `ksh_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { secret, prefix: secret.slice(0, PREFIX_CHARACTERS), hash: hashApiKey(secret) };
}

/** What is stored of a key: it has 256 random bits, so a plain hash cannot be turned back. */
export const hashApiKey = (secret: string): string => sha256(secret);
