import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal, refuse } from './errors.ts';
import type { Client, Wallet } from './model.ts';
import type { World } from './world.ts';

/** The authentication classes of section 1.3. `payer` is W or APP. */
export type Auth = 'none' | 'wallet' | 'payer' | 'application' | 'client' | 'hook' | 'admin';

/** OAuth scopes of section 1.3. */
export const scopes = [
  'wallet.read',
  'person.read',
  'person.modify',
  'cards.read',
  'cards.modify',
  'payments.read',
  'payments.modify',
] as const;
export type Scope = (typeof scopes)[number];

export type Caller =
  | { kind: 'nobody' }
  | { kind: 'wallet'; wallet: Wallet }
  | { kind: 'application'; client: Client }
  | { kind: 'client'; client: Client };

type Headers = Record<string, string | undefined>;

/** Section 1.3: who calls. @throws Refusal 401 or 403 */
export function authenticate(
  world: World,
  auth: Auth,
  headers: Headers,
  scope: Scope | undefined,
  query: Record<string, string | undefined>,
): Caller {
  if (auth === 'none') return { kind: 'nobody' };
  if (auth === 'hook') {
    const { hook } = world.seed;
    const id = query['webhook_client_id'] ?? '';
    if (!same(id, hook.id) || !same(query['webhook_client_token'] ?? '', hook.token)) throw new Refusal(401);
    return { kind: 'nobody' };
  }
  const [scheme = '', credentials = ''] = (headers['authorization'] ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return bearer(world, auth, credentials, headers, scope);
  if (scheme.toLowerCase() !== 'basic' || headers['x-authorization-type'] !== undefined) throw new Refusal(401);
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new Refusal(401);
  return basic(world, auth, decoded.slice(0, colon), decoded.slice(colon + 1));
}

function basic(world: World, auth: Auth, login: string, password: string): Caller {
  if (auth === 'admin') {
    const { admin } = world.seed;
    if (!same(login, admin.login) || !same(password, admin.password)) throw new Refusal(401);
    return { kind: 'nobody' };
  }
  if (auth === 'client') {
    const client = world.clients.get(login);
    if (client === undefined || !same(password, client.secret)) throw new Refusal(401);
    return { kind: 'client', client };
  }
  if (auth === 'application') throw new Refusal(401);
  return { kind: 'wallet', wallet: logIn(world, login, password) };
}

/** Checks a wallet's phone and password, and that it may be used. @throws Refusal 401 */
export function logIn(world: World, phone: string, password: string): Wallet {
  const wallet = world.wallets.get(phone);
  if (wallet === undefined || !same(password, wallet.password)) throw new Refusal(401);
  return usable(wallet);
}

function usable(wallet: Wallet): Wallet {
  if (wallet.state === 'inactive') refuse('wallet_not_active');
  if (wallet.state === 'disabled') refuse('wallet_disabled', { details: wallet.lockMessage ?? '' });
  if (wallet.state === 'reset_password') refuse('reset_password');
  return wallet;
}

function bearer(world: World, auth: Auth, value: string, headers: Headers, scope: Scope | undefined): Caller {
  const token = world.tokens.get(value);
  if (token === undefined || token.expiresAt <= world.clock.now()) throw new Refusal(401);
  const named = headers['x-authorization-type']?.toLowerCase() === 'application';
  const application = named || auth === 'application';
  if (application !== (token.wallet === undefined)) throw new Refusal(401);
  if (token.wallet === undefined) {
    if (auth !== 'payer' && auth !== 'application') throw new Refusal(401);
  } else if (auth !== 'wallet' && auth !== 'payer') throw new Refusal(401);
  if (scope !== undefined && !token.scopes.includes(scope)) refuse('insufficient_scope', { details: scope });
  if (token.wallet === undefined) return { kind: 'application', client: token.client };
  return { kind: 'wallet', wallet: usable(token.wallet) };
}

/** Equality that takes the same time wherever the texts differ. */
function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
