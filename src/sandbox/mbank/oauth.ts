import { randomInt, randomUUID } from 'node:crypto';
import { type Caller, logIn, scopes } from './auth.ts';
import { Refusal, unprocessable } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Client, Token, Wallet } from './model.ts';
import type { World } from './world.ts';

const CODE_LIVES_MS = 10 * 60_000;
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

/** Reads space-separated scopes; none given means all (section 2.3). */
export function parseScopes(given: string | undefined): string[] {
  if (given === undefined || given.trim() === '') return [...scopes];
  const wanted = given.trim().split(/\s+/);
  if (wanted.some((scope) => !(scopes as readonly string[]).includes(scope))) unprocessable();
  return wanted;
}

function issue(world: World, client: Client, wanted: string[], wallet?: Wallet): Answer {
  const expiresAt = new Date(world.clock.now().getTime() + client.lifetimeSeconds * 1000);
  const token: Token = { value: randomUUID(), client, scopes: wanted, expiresAt, ...(wallet ? { wallet } : {}) };
  world.tokens.set(token.value, token);
  const expires_in = client.lifetimeSeconds - 1;
  return { data: { access_token: token.value, token_type: 'bearer', expires_in, scope: wanted.join(' ') } };
}

/** Makes the one-time code that the browser brings back (`oauth.token.code`, step 1). */
export function authorizationCode(
  world: World,
  client: Client,
  wallet: Wallet,
  wanted: string[],
  redirectUri?: string,
): string {
  const value = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const expiresAt = new Date(world.clock.now().getTime() + CODE_LIVES_MS);
  world.authorizationCodes.set(value, {
    value,
    client,
    wallet,
    scopes: wanted,
    expiresAt,
    ...(redirectUri ? { redirectUri } : {}),
  });
  return value;
}

function byCode(world: World, client: Client, form: Record<string, string>): Answer {
  if (form['client_id'] !== client.id || !form['code']) unprocessable();
  const code = world.authorizationCodes.get(form['code'] ?? '');
  if (code === undefined || code.client !== client || code.expiresAt <= world.clock.now()) throw new Refusal(401);
  if (code.redirectUri !== form['redirect_uri']) unprocessable();
  world.authorizationCodes.delete(code.value);
  return issue(world, client, code.scopes, code.wallet);
}

function token(world: World, { body, caller }: Call): Answer {
  const form = body as Record<string, string>;
  const client = clientOf(caller);
  if (!form['grant_type'] || form['grant_type'] !== client.grant) unprocessable();
  if (client.grant === 'authorization_code') return byCode(world, client, form);
  const wanted = parseScopes(form['scope']);
  if (client.grant === 'client_credentials') return issue(world, client, wanted);
  if (!form['username'] || !form['password']) unprocessable();
  return issue(world, client, wanted, logIn(world, form['username'] ?? '', form['password'] ?? ''));
}

function clientOf(caller: Caller): Client {
  if (caller.kind !== 'client') throw new Refusal(401);
  return caller.client;
}

const ids: Record<string, string> = {
  client_credentials: 'oauth.token.client',
  password: 'oauth.token.password',
  authorization_code: 'oauth.token.code',
};

/** `oauth.token.*` (section 2.3); the body is a form, so the route stands in a scope of its own. */
export function oauthOperations(world: World): Operation[] {
  const id: Operation['id'] = ({ body }) => ids[String(body['grant_type'])] ?? 'oauth.token';
  return [{ id, method: 'POST', path: '/oauth/token', auth: 'client', handle: (call) => token(world, call) }];
}
