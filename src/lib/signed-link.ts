import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Tokens of addresses that may be opened without any credential, for a while. */
export interface SignedLinks {
  /** A token that says `claim` until `expiresAt` (whole seconds). The claim can be read by whoever has the token. */
  sign(claim: string, expiresAt: Date): string;
  /** What a token claims; FORGED unless it was signed here for this purpose, EXPIRED when its time has run out. */
  open(token: string, now: Date): { claim: string } | 'FORGED' | 'EXPIRED';
}

/**
 * Format of a token: claim (base64url) `.` expiry (seconds since 1970) `.` HMAC-SHA256 of both (base64url).
 * @param secret from which the key is derived (HKDF-SHA256)
 * @param purpose tokens of one purpose are forged for every other
 */
export function createSignedLinks(secret: string, purpose: string): SignedLinks {
  const key = Buffer.from(hkdfSync('sha256', secret, 'koshel', `link ${purpose}`, 32));
  const macOf = (signed: string) => createHmac('sha256', key).update(signed).digest();
  return {
    sign(claim, expiresAt) {
      const signed = `${Buffer.from(claim).toString('base64url')}.${Math.trunc(expiresAt.getTime() / 1000)}`;
      return `${signed}.${macOf(signed).toString('base64url')}`;
    },
    open(token, now) {
      const [, claim = '', expiry = '', mac = ''] = /^([\w-]+)\.(\d{1,12})\.([\w-]+)$/.exec(token) ?? [];
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(`${claim}.${expiry}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'FORGED';
      if (Number.parseInt(expiry, 10) * 1000 <= now.getTime()) return 'EXPIRED';
      return { claim: Buffer.from(claim, 'base64url').toString('utf8') };
    },
  };
}
