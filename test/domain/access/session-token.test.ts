import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { signSessionToken, verifySessionToken } from '../../../src/domain/access/session-token.ts';
import { UnauthenticatedError } from '../../../src/domain/access/viewer.ts';

const secret = 's'.repeat(64);
const now = new Date('2026-11-22T10:00:00Z');
const session = {
  partnerId: 'par_1',
  customerId: 'cus_1',
  scopes: ['WALLETS_READ' as const],
  issuedAt: now,
  expiresAt: new Date(now.getTime() + 900_000),
};
const verify = (token: string, at = now) => verifySessionToken(secret, token, at);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('A token says for whom it acts, with what and until when.', async () => {
  expect(await verify(await signSessionToken(secret, session))).toEqual({
    kind: 'CUSTOMER',
    partnerId: 'par_1',
    customerId: 'cus_1',
    scopes: new Set(['WALLETS_READ']),
    expiresAt: session.expiresAt,
  });
});

test('It works until its last second, and then says that it has expired.', async () => {
  const token = await signSessionToken(secret, session);
  await expect(verify(token, new Date(session.expiresAt.getTime() - 1_000))).resolves.toMatchObject({
    kind: 'CUSTOMER',
  });
  await expect(verify(token, session.expiresAt)).rejects.toThrow('has expired');
});

const claims = {
  prt: 'par_1',
  scp: ['WALLETS_READ'],
  sub: 'cus_1',
  iss: 'koshel',
  aud: 'koshel',
  iat: now.getTime() / 1000,
  exp: now.getTime() / 1000 + 900,
};
const jwt = (changes: Record<string, unknown>, alg = 'HS256', key = secret) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
const unsigned = (alg: string) => `${part({ alg, typ: 'JWT' })}.${part(claims)}.`;
const forged = async () => {
  const [header, , signature] = (await signSessionToken(secret, session)).split('.');
  return `${header}.${part({ ...claims, sub: 'cus_2' })}.${signature}`;
};
/** A signature by the secret over a header that names no algorithm of ours. */
const confused = () => {
  const text = `${part({ alg: 'HS1' })}.${part(claims)}`;
  return `${text}.${createHmac('sha1', secret).update(text).digest('base64url')}`;
};

test.each<[string, () => Promise<string> | string]>([
  ['without a signature (alg none)', () => unsigned('none')],
  ['without a signature that says HS256', () => unsigned('HS256')],
  ['of another algorithm with the same secret', () => jwt({}, 'HS512')],
  ['of a weak algorithm', confused],
  ['signed with another key', () => jwt({}, 'HS256', 'x'.repeat(64))],
  ['whose customer was changed', forged],
  ['of another issuer', () => jwt({ iss: 'somebody' })],
  ['for another audience', () => jwt({ aud: 'another' })],
  ['that begins in the future', () => jwt({ nbf: now.getTime() / 1000 + 60 })],
  ['that was issued in the future', () => jwt({ iat: now.getTime() / 1000 + 600 })],
  ['that never ends', () => jwt({ exp: undefined })],
  ['without a partner', () => jwt({ prt: undefined })],
  ['without a customer', () => jwt({ sub: undefined })],
  ['with a scope that there is not', () => jwt({ scp: ['EVERYTHING'] })],
  ['with a text for its scopes', () => jwt({ scp: 'WALLETS_READ' })],
  ['that is empty', () => ''],
  ['that is none', () => 'a.b.c'],
])('A token %s is refused.', async (_what, make) => {
  await expect(verify(await make())).rejects.toThrow(UnauthenticatedError);
});
