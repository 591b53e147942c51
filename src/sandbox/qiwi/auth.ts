import { createHash, timingSafeEqual } from 'node:crypto';
import { forbidden, unauthorized, walletNotFound } from './errors.ts';
import type { KeyPair, Scope, Token, Wallet } from './model.ts';
import type { World } from './world.ts';

/** Who may call: the owner's token, a P2P secret key, either of them (trap T31), or anybody. */
export type Auth = 'token' | 'secret' | 'either' | 'none';

export interface Caller {
  /** The wallet whose token or key was shown. @throws when the operation takes no credential */
  wallet: Wallet;
  /** The P2P keys, when a secret key was shown. */
  keys: KeyPair | null;
}

/** Section 1.2: `Authorization: Bearer <token>`. @throws Refusal 401, or 403 when the token lacks a scope */
export function authenticate(world: World, auth: Auth, header: string | undefined, scopes: readonly Scope[]): Caller {
  const value = /^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? unauthorized();
  const keys = auth === 'token' ? undefined : find(world.keys.values(), value, ({ secretKey }) => secretKey);
  if (keys !== undefined) return { wallet: keys.wallet, keys };
  const token = auth === 'secret' ? undefined : live(world, value);
  if (token === undefined) return unauthorized();
  if (!scopes.every((scope) => token.scopes.has(scope))) forbidden();
  return { wallet: token.wallet, keys: null };
}

function live(world: World, value: string): Token | undefined {
  const token = find(world.tokens.values(), value, (candidate) => candidate.value);
  return token === undefined || token.expiresAt <= world.clock.now() ? undefined : token;
}

/** The wallet of the path: it must exist, and be the caller's (trap T4). @throws Refusal 404 or 403 */
export function ownWallet(world: World, caller: Caller, personId: string | undefined): Wallet {
  const wallet = world.wallets.get(personId ?? '') ?? walletNotFound();
  return wallet === caller.wallet ? wallet : forbidden('The wallet belongs to another token');
}

/** Looks a secret up without telling by the time taken where it differs. */
function find<T>(candidates: Iterable<T>, value: string, secret: (candidate: T) => string): T | undefined {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(value);
  let found: T | undefined;
  for (const candidate of candidates) if (timingSafeEqual(digest(secret(candidate)), wanted)) found = candidate;
  return found;
}
