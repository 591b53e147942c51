import type { Vault } from './crypto.ts';

/** What a link leads to, and until when. */
interface Sealed {
  ticket: unknown;
  expiresAt: string;
}

const CONTEXT = 'signed link';

/**
 * A token for an address that somebody without any credential may open for a while. It is sealed: nobody can read, change or
 * make one.
 * @param ticket what it is for; anything that JSON can write
 */
export const signLink = (vault: Vault, ticket: unknown, expiresAt: Date): string =>
  Buffer.from(vault.seal(JSON.stringify({ ticket, expiresAt: expiresAt.toISOString() }), CONTEXT)).toString('base64url');

/**
 * What a token is for.
 * @param open the vault's own way to say that a value is not one of ours
 * @returns undefined when the token is none of ours, or its time has run out
 */
export function openLink(vault: Vault, token: string, now: Date): unknown {
  if (!/^[\w-]{40,4000}$/.test(token)) return undefined;
  const text = opened(vault, token);
  if (text === undefined) return undefined;
  const { ticket, expiresAt } = JSON.parse(text) as Sealed;
  return new Date(expiresAt) > now ? ticket : undefined;
}

function opened(vault: Vault, token: string): string | undefined {
  try {
    return vault.open(Buffer.from(token, 'base64url'), CONTEXT);
  } catch {
    // whatever somebody wrote into the address is nothing to be told of
    return undefined;
  }
}
