import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { closedUrl, type Script, type Stub, startStub } from '../stub.ts';
import { answerOf, golden, PASSWORD, PHONE, refusalOf, rub } from './golden.ts';

let stub: Stub;
let bench: Bench;
let now: Date;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

const application = { clientId: 'mbank_storefront', clientSecret: 'oklol' };
const open = (settings: Record<string, string>) => {
  now = new Date('2026-01-01T00:00:00Z');
  bench = openBench({ definition: mbank, settings: { baseUrl: stub.url, ...settings }, clock: { now: () => now } });
  return bench;
};
const transit = {
  clientId: '021c6d23-7508-4e35-ad92-852308a47689',
  reference: null,
  order: { amount: rub(10_000n), serviceReference: '834', parameters: { phoneNumber: '9267101283' }, anonymous: true },
};
/** A provider with an OAuth service that counts, and a payment behind it that takes only the last token. */
function provider(payment: (authorization: string) => Script, token = answerOf('G-57')) {
  let bought = 0;
  stub.play((request) => {
    if (request.url !== '/oauth/token') return payment(request.headers.authorization ?? '');
    bought += 1;
    const tokenText = `88357939-aa71-426b-9afc-a5a9769ce52${bought}`;
    return typeof token === 'string'
      ? token
      : { ...token, body: token.body.replace('88357939-aa71-426b-9afc-a5a9769ce527', tokenText) };
  });
  return () => bought;
}

describe('bearer tokens', () => {
  it('are bought once for all who ask at the same time', async () => {
    const { connector, call } = open(application);
    const bought = provider(() => answerOf('G-30a'));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => connector.transits?.create?.(call, transit)));
    expect(outcomes.every((outcome) => outcome?.kind === 'accepted')).toBe(true);
    expect(bought()).toBe(1);
    // the balance in an anonymous answer is nobody's (T-73)
    expect(bench.balances).toEqual([]);
    expect(connector.credentials?.held?.()).toEqual([
      {
        name: 'applicationToken',
        walletNumber: null,
        issuedAt: now,
        expiresAt: new Date(now.getTime() + 599_000),
        lastUsedAt: now,
      },
    ]);
  });

  it('are bought anew before they end (T-54)', async () => {
    const { connector, call } = open(application);
    const bought = provider(() => answerOf('G-30a'));
    const boughtAt = async (seconds: number) => {
      now = new Date(new Date('2026-01-01T00:00:00Z').getTime() + seconds * 1000);
      await connector.transits?.create?.(call, transit);
      return bought();
    };
    expect([await boughtAt(0), await boughtAt(568), await boughtAt(569), await boughtAt(600)]).toEqual([1, 1, 2, 2]);
  });

  it('are replaced once when a call is answered 401, and the write goes again', async () => {
    const { connector, call } = open(application);
    const bought = provider((token) => (token.endsWith('2') ? answerOf('G-30a') : refusalOf(401)));
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({ kind: 'accepted' });
    expect(bought()).toBe(2);
  });

  it('are not bought for ever when the provider refuses each of them', async () => {
    const { connector, call } = open(application);
    const bought = provider(() => refusalOf(401));
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 401 },
    });
    expect(bought()).toBe(2);
  });

  it('leave the write not sent when they cannot be had, even where their own answer is lost', async () => {
    const { connector, call } = open(application);
    provider(() => answerOf('G-30a'), 'RESET');
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({
      kind: 'notSent',
      why: 'CONNECTION_LOST',
    });
    expect(stub.seen.every((request) => request.url === '/oauth/token')).toBe(true);
    // a failed purchase is not remembered
    provider(() => answerOf('G-30a'));
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({ kind: 'accepted' });
  });

  it('G-57: the application buys its own with client credentials', async () => {
    const { connector, call } = open(application);
    provider(() => answerOf('G-30a'));
    await connector.transits?.create?.(call, transit);
    const { request } = golden('G-57');
    expect(stub.seen[0]?.headers).toMatchObject({
      authorization: request?.headers['authorization'],
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(stub.seen[0]?.body.toString()).toBe(request?.body);
    expect(stub.seen[1]?.headers).toMatchObject({
      authorization: 'bearer 88357939-aa71-426b-9afc-a5a9769ce521',
      'x-authorization-type': 'application',
    });
  });

  it('G-58: a wallet that prefers bearer buys its own with its password', async () => {
    const { connector, call } = open({
      phone: PHONE,
      password: PASSWORD,
      clientId: 'mbank',
      clientSecret: 'secret',
      preferBearer: 'true',
    });
    stub.play(answerOf('G-58'), answerOf('G-08'));
    await connector.wallets?.load(call);
    expect(stub.seen[0]?.headers.authorization).toBe(golden('G-58').request?.headers['authorization']);
    expect(stub.seen[0]?.body.toString()).toBe('grant_type=password&username=%2B79261111111&password=p%40ssw0rD');
    expect(stub.seen[1]?.headers.authorization).toBe('Bearer 6a1c96df-662c-4d1d-b046-a7a4ad14b159');
    expect(JSON.stringify([bench.exchanges, bench.log])).not.toMatch(/p@ssw0rD|p%40ssw0rD|6a1c96df|bWJhbms6c2VjcmV0/);
  });

  it('G-59: a code from the consent page is redeemed once, by the application that asked for it', async () => {
    const { connector, call } = open({
      ...application,
      consentClientId: 'mbank_web',
      consentClientSecret: 'topsecret',
      redirectUri: 'https://bestmt.ru/test?ok=1',
    });
    const link = connector.credentials?.authorizationUrl?.({
      state: 'abc',
      scopes: ['payments.read', 'wallet.read'],
      redirectUri: '',
    });
    const url = new URL(link?.url ?? '');
    expect(url.pathname).toBe('/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'mbank_web',
      scope: 'payments.read wallet.read',
      redirect_uri: 'https://bestmt.ru/test?ok=1&state=abc',
    });
    stub.play(answerOf('G-59'));
    const redeem = { code: 'xT53tR', redirectUri: 'https://bestmt.ru/test?ok=1' };
    expect(await connector.credentials?.redeemCode?.(call, redeem)).toEqual({
      kind: 'accepted',
      value: {
        token: 'b48a991e-e010-4329-9817-f8389a774c45',
        issuedAt: now,
        expiresAt: new Date(now.getTime() + 2_147_483_253_000),
        scopes: ['payments.read', 'wallet.read'],
      },
    });
    expect([...new URLSearchParams(stub.seen[0]?.body.toString())]).toEqual([
      ...new URLSearchParams(golden('G-59').request?.body),
    ]);
    expect(stub.seen[0]?.headers.authorization).toBe(golden('G-59').request?.headers['authorization']);
    stub.play('RESET');
    expect(await connector.credentials?.redeemCode?.(call, redeem)).toMatchObject({ kind: 'unknown' });
    expect(stub.seen.length).toBe(1);
    expect(JSON.stringify([bench.exchanges, bench.log])).not.toMatch(/topsecret|xT53tR|b48a991e/);
  });

  it('G-64: the application API takes the token alone', async () => {
    const { connector, call } = open({
      ...application,
      applicationApi: 'true',
      mserverUrl: `${stub.url}/mserver2-dev`,
    });
    stub.play(answerOf('G-57'), answerOf('G-30a'), answerOf('G-30b'), answerOf('G-30b'));
    await connector.transits?.create?.(call, transit);
    const created = { ...transit, reference: '25818' };
    await connector.transits?.confirm(call, created, {});
    await connector.transits?.ask(call, created);
    expect(stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /mserver2-dev/oauth/token',
      'POST /mserver2-dev/application/payments',
      'POST /mserver2-dev/application/payments/25818/pay',
      'GET /mserver2-dev/application/payments/25818',
    ]);
    expect(stub.seen[1]?.headers.authorization).toBe('Bearer 88357939-aa71-426b-9afc-a5a9769ce527');
    expect(stub.seen[1]?.headers['x-authorization-type']).toBeUndefined();
    expect(JSON.parse(stub.seen[1]?.body.toString() ?? '')).toEqual(JSON.parse(golden('G-64').request?.body ?? ''));
    expect(bench.exchanges.map((exchange) => exchange.operation)).toEqual([
      'oauth.token.client',
      'mserver.application.create',
      'mserver.application.pay',
      'mserver.application.load',
    ]);
  });

  it('read the catalogue as an application where there is no house wallet', async () => {
    const { connector, call } = open(application);
    stub.play(answerOf('G-57'), answerOf('G-62'), answerOf('G-62'));
    expect(await connector.services?.list(call, {})).toMatchObject({
      changed: true,
      value: { items: [{ reference: '3', minAmount: rub(200n) }], next: null },
    });
    await connector.services?.forCard?.(call, '5417150893587260');
    expect(stub.seen.map((request) => request.url)).toEqual([
      '/oauth/token',
      '/application/services',
      '/application/services/search?type=card&input=5417150893587260',
    ]);
    expect(JSON.stringify([bench.exchanges, bench.log])).not.toContain('5417150893587260');
  });
});

describe('credentials that are lacking', () => {
  it('are a refusal before anything is sent', async () => {
    const { connector, call } = open({});
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'NOT_SUPPORTED' },
    });
    await expect(connector.wallets?.load(call)).rejects.toMatchObject({ refusal: { errorCode: 'NOT_SUPPORTED' } });
    expect(connector.receipts).toBeUndefined();
    expect(connector.webhooks).toBeUndefined();
    expect(connector.identification?.vouch).toBeUndefined();
  });

  it('are told by name when settings are checked', async () => {
    const { connectors } = open({});
    expect(
      connectors
        .check('MBANK', { baseUrl: 'nowhere', phone: '7926', clientId: 'a' })
        .map((issue) => issue.path.join('.'))
        .sort(),
    ).toEqual(['baseUrl', 'clientSecret', 'password', 'phone']);
    expect(connectors.check('MBANK', { baseUrl: 'http://x', phone: PHONE })).toEqual([
      { path: ['password'], message: 'phone and password go together' },
    ]);
    expect(
      connectors.check('MBANK', { baseUrl: 'https://sandbox.wallet.best/v1/', preferBearer: 'true' }),
    ).toHaveLength(1);
    expect(connectors.check('MBANK', { baseUrl: 'https://sandbox.wallet.best/v1/' })).toEqual([]);
  });

  it('do not matter where nobody listens: not sent', async () => {
    const { connector, call } = open({ ...application, mserverUrl: await closedUrl() });
    expect(await connector.transits?.create?.(call, transit)).toMatchObject({
      kind: 'notSent',
      why: 'CONNECTION_FAILED',
    });
  });
});
