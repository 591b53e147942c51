import { SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/domain/access/authenticate.ts';
import { signSessionToken } from '../../src/domain/access/session-token.ts';
import { createCustomer } from '../../src/domain/customer/create-customer.ts';
import { bearer, startTestApp, type TestApp, take } from '../support/app.ts';
import { edgeSchema, happen } from './edge-schema.ts';

let app: TestApp;
let partnerId: string;
let apiKey: string;
let customerId: string;

beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits: { recheckMs: 20 } });
  ({ partnerId, apiKey } = await app.partner());
  customerId = await newCustomer(apiKey);
});

async function newCustomer(key: string): Promise<string> {
  const viewer = await authenticate(app.deps, key);
  if (viewer?.kind !== 'PARTNER') throw new Error('a partner’s key is needed');
  const { customer } = await createCustomer(app.deps, viewer, { externalId: 'someone' });
  return customer.id;
}

/** A session token of our customer that ends in so many seconds; the claims can be bent. */
function sessionToken(seconds: number, bent: { secret?: string; partnerId?: string } = {}): Promise<string> {
  const issuedAt = new Date(Date.now() - 60_000);
  const expiresAt = new Date(Date.now() + seconds * 1000);
  const claims = { partnerId: bent.partnerId ?? partnerId, customerId, scopes: [], issuedAt, expiresAt };
  return signSessionToken(bent.secret ?? app.config.tokenSecret, claims);
}

/** The same claims with `alg: none` and no signature. */
async function unsigned(): Promise<string> {
  const [, payload] = (await sessionToken(60)).split('.');
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
}

async function otherAlgorithm(): Promise<string> {
  const secret = new TextEncoder().encode(app.config.tokenSecret);
  return new SignJWT({ prt: partnerId, scp: [] })
    .setProtectedHeader({ alg: 'HS512' })
    .setIssuer('koshel')
    .setAudience('koshel')
    .setSubject(customerId)
    .setExpirationTime('1h')
    .sign(secret);
}

const wrong: [string, RegExp, () => Promise<string>][] = [
  ['expired', /expired/, () => sessionToken(-10)],
  ['forged', /not valid/, () => sessionToken(60, { secret: 'another secret of forty characters or so' })],
  ['unsigned', /not valid/, unsigned],
  ['signed by another algorithm', /not valid/, otherAlgorithm],
  ['of a customer at another partner', /not valid/, () => sessionToken(60, { partnerId: 'par_other' })],
  ['an unknown key', /unknown or revoked/, async () => 'ksh_unknown'],
  ['no token at all', /not valid/, async () => 'hello'],
];

describe.each(wrong)('a credential that is %s', (_name, reason, make) => {
  test('is refused over HTTP with 401 before the body is looked at', async () => {
    const headers = { 'Content-Type': 'application/json', ...bearer(await make()) };
    const response = await app.fetch('/graphql', { method: 'POST', headers, body: 'no JSON' });
    const { errors } = (await response.json()) as { errors: { message: string }[] };
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(errors).toMatchObject([{ message: expect.stringMatching(reason), extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('is refused over WebSocket with 4403 and the reason', async () => {
    const client = app.ws(await make());
    const closing = take(client.iterate({ query: '{ hello }' }), 1);
    await expect(closing).rejects.toMatchObject({ code: 4403, reason: expect.stringMatching(reason) });
  });

  test('is refused over SSE with 401', async () => {
    const client = app.sse(await make());
    const refused = take(client.iterate({ query: 'subscription { count(to: 1) }' }), 1);
    await expect(refused).rejects.toMatchObject({ response: { status: 401 } });
  });
});

describe('without a credential', () => {
  test('HTTP answers what is for everybody, and 401 for the rest', async () => {
    expect(await app.query(null, '{ who }')).toEqual({ data: { who: 'nobody' } });
    const response = await app.fetch('/graphql?query={hello,secret}');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(await response.json()).toMatchObject({
      data: { hello: 'world', secret: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('a WebSocket is closed', async () => {
    const closing = take(app.ws(null).iterate({ query: '{ hello }' }), 1);
    await expect(closing).rejects.toMatchObject({ code: 4403, reason: expect.stringContaining('connection_init') });
  });

  test('a scheme that is not Bearer is a wrong credential', async () => {
    const response = await app.fetch('/graphql?query={who}', { headers: { Authorization: 'Basic dTpw' } });
    expect(response.status).toBe(401);
  });
});

describe('with a credential', () => {
  test('each kind of caller is who it is', async () => {
    const ask = async (token: string) => (await app.query<{ who: string }>(token, '{ who }')).data?.who;
    expect(await ask(apiKey)).toBe(`the server of ${partnerId}`);
    expect(await ask(await sessionToken(60))).toBe(`${customerId} of ${partnerId}`);
    expect(await ask(app.config.adminKey)).toBe('the administrator');
  });

  test('a WebSocket takes it from the upgrade request too', async () => {
    const { default: WebSocket } = await import('ws');
    class WithHeader extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: bearer(apiKey) });
      }
    }
    const client = app.ws(null, { webSocketImpl: WithHeader });
    expect(await take(client.iterate({ query: '{ who }' }), 1)).toEqual([
      { data: { who: `the server of ${partnerId}` } },
    ]);
  });

  test('another partner’s events are not seen, not even with a cursor into them', async () => {
    const other = await app.partner('Other');
    const query = 'subscription { events(after: "AQAAAAAAAAAA") { walletId } }';
    await happen(app.deps, partnerId, 'mine', 1);
    await happen(app.deps, other.partnerId, 'theirs', 1);
    await happen(app.deps, partnerId, 'mine-too', 1);
    const seen = await take(app.sse(apiKey).iterate<{ events: { walletId: string } }>({ query }), 2);
    expect(seen.map(({ data }) => data?.events.walletId)).toEqual(['mine1', 'mine-too1']);
  });
});

describe('a credential that ends while a connection is open', () => {
  const query = 'subscription { events { cursor } }';

  test('a session token ends its WebSocket with 4403', async () => {
    const client = app.ws(await sessionToken(2));
    await expect(take(client.iterate({ query }), 1)).rejects.toMatchObject({
      code: 4403,
      reason: expect.stringContaining('expired'),
    });
  });

  test('a session token ends its SSE stream with an error and `complete`', async () => {
    const [last] = await take(app.sse(await sessionToken(2)).iterate({ query }), 1);
    expect(last?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(JSON.stringify(last)).not.toContain('"http"');
  });

  test('a revoked key ends its WebSocket', async () => {
    const second = await app.partner('Revoked');
    const viewer = await authenticate(app.deps, second.apiKey);
    if (viewer?.kind !== 'PARTNER') throw new Error('a partner’s key is needed');
    const closing = take(app.ws(second.apiKey).iterate({ query }), 1);
    await app.deps.db.prisma.apiKey.update({ where: { id: viewer.apiKeyId }, data: { revokedAt: new Date() } });
    await expect(closing).rejects.toMatchObject({ code: 4403, reason: expect.stringContaining('revoked') });
  });
});
