import { describe, expect, test } from 'vitest';
import { closedUrl, type Script } from '../stub.ts';
import { answerOf, documented, rub, sent, TOKEN, WALLET } from './golden.ts';
import { bench, calls, clock, open, stub, toBank, toMerchant, withStub } from './play.ts';

withStub();

/** An authorization server that sells numbered pairs, and the API behind it. */
function server(api: (authorization: string) => Script, sell: (sold: number, body: string) => Script = pairOf) {
  let sold = 0;
  stub.play((request) => {
    if (request.url !== '/oauth/token') return api(request.headers.authorization ?? '');
    sold += 1;
    return sell(sold, request.body.toString());
  });
}
const pairOf = (sold: number): Script => ({
  status: 200,
  body: `{"access_token":"access-${sold}","refresh_token":"refresh-${sold}","token_type":"Bearer","expires_in":300}`,
});
const grants = () =>
  stub.seen
    .filter(({ url }) => url === '/oauth/token')
    .map(({ body }) => new URLSearchParams(body.toString()).get('grant_type'));
const authorizations = () => calls().map(({ headers }) => headers.authorization);
const well = answerOf('V-02');
const load = async () => bench.connector.wallets?.load(bench.call);

describe('Tokens', () => {
  test('V-13 and V-14: a pair is bought with the credentials, and renewed with itself half a minute before its end', async () => {
    open();
    server(
      () => well,
      (sold) => answerOf(sold === 1 ? 'V-13' : 'V-14'),
    );
    await load();
    clock.at = new Date(clock.at.getTime() + 269_000);
    await load();
    expect(authorizations()).toEqual(['Bearer 5f0d6f3e-access', 'Bearer 5f0d6f3e-access']);
    clock.at = new Date(clock.at.getTime() + 2_000);
    await load();
    expect(authorizations().at(-1)).toBe('Bearer 6c1e7a40-access');
    expect(stub.seen.filter(({ url }) => url === '/oauth/token').map(sent)).toEqual([
      documented('V-13'),
      documented('V-14'),
    ]);
    expect(bench.connector.credentials?.held?.()).toEqual([
      {
        name: 'accessToken',
        walletNumber: null,
        issuedAt: clock.at,
        expiresAt: new Date(clock.at.getTime() + 300_000),
        lastUsedAt: clock.at,
      },
    ]);
  });

  test('All who need one at the same time wait for one purchase, and for one renewal', async () => {
    open();
    server(() => well);
    await Promise.all(Array.from({ length: 20 }, load));
    clock.at = new Date(clock.at.getTime() + 280_000);
    await Promise.all(Array.from({ length: 20 }, load));
    expect(grants()).toEqual(['client_credentials', 'refresh_token']);
    expect(new Set(authorizations().slice(20))).toEqual(new Set(['Bearer access-2']));
  });

  test('A 401 in mid-flight costs one renewal and one repetition of each call, money included', async () => {
    open();
    let valid = 'Bearer access-1';
    server(
      (authorization) => (authorization === valid ? well : { status: 401, body: '' }),
      (sold) => {
        valid = `Bearer access-${sold}`;
        return pairOf(sold);
      },
    );
    await load();
    valid = 'Bearer revoked';
    await Promise.all(Array.from({ length: 10 }, load));
    expect(grants()).toEqual(['client_credentials', 'refresh_token']);
    expect(calls().length).toBe(21);

    server((authorization) => (authorization === 'Bearer access-1' ? answerOf('V-10') : { status: 401, body: '' }));
    expect(await bench.connector.payouts?.confirm(bench.call, toBank(), {})).toMatchObject({ kind: 'accepted' });
    expect(calls().length).toBe(2);
    expect(calls()[0]?.body).toEqual(calls()[1]?.body);
  });

  test('A 401 for a token that is new ends it', async () => {
    open();
    server(() => ({ status: 401, body: '{"code":"NO","message":"no"}' }));
    expect(await bench.connector.payouts?.confirm(bench.call, toMerchant({ reference: TOKEN }), {})).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 401, remedy: 'CHANGE_INPUT', blame: 'PROVIDER' },
    });
    expect(calls().length).toBe(2);
  });

  test('A renewal that is refused starts over with the credentials', async () => {
    open();
    const refuse = (sold: number, body: string): Script =>
      body.includes('grant_type=refresh_token') ? { status: 400, body: '{"error":"invalid_grant"}' } : pairOf(sold);
    server(() => well, refuse);
    await load();
    clock.at = new Date(clock.at.getTime() + 3_700_000);
    await load();
    expect(grants()).toEqual(['client_credentials', 'refresh_token', 'client_credentials']);
    expect(authorizations().at(-1)).toBe('Bearer access-3');
  });

  test('Without a refresh token and a lifetime the credentials buy the next one, when the usual time is over', async () => {
    open();
    server(
      () => well,
      (sold) => ({ status: 200, body: `{"access_token":"access-${sold}"}` }),
    );
    await load();
    clock.at = new Date(clock.at.getTime() + 280_000);
    await load();
    expect(grants()).toEqual(['client_credentials', 'client_credentials']);
  });

  test('A lost answer to a renewal is not repeated, and nothing was sent of what it was for', async () => {
    open();
    server(() => answerOf('V-10'));
    await load().catch(() => undefined);
    clock.at = new Date(clock.at.getTime() + 280_000);
    server(
      () => answerOf('V-10'),
      () => 'RESET',
    );
    const outcome = await bench.connector.payouts?.confirm(bench.call, toBank(), {});
    expect(outcome).toMatchObject({ kind: 'notSent', why: 'CONNECTION_LOST' });
    expect([grants(), calls()]).toEqual([['refresh_token'], []]);
    // the next one finds the authorization server again
    server(() => answerOf('V-10'));
    expect(await bench.connector.payouts?.confirm(bench.call, toBank(), {})).toMatchObject({ kind: 'accepted' });
  });

  test('Where nobody sells tokens nothing is sent', async () => {
    open({ tokenUrl: `${await closedUrl()}/oauth/token` });
    server(() => answerOf('V-06'));
    const payment = { clientId: '1720522800000', reference: null, order: { amount: rub(100_000n) } };
    expect(await bench.connector.topUps?.confirm(bench.call, payment, {})).toMatchObject({
      kind: 'notSent',
      why: 'CONNECTION_FAILED',
    });
    expect(stub.seen).toEqual([]);
  });

  test('Path, field and encoding of the purchase are settings', async () => {
    const seen: [string, string][] = [];
    stub.play((request) => {
      if (request.url !== '/sso/token') return well;
      seen.push([request.headers['content-type'] ?? '', request.body.toString()]);
      return pairOf(1);
    });
    open({ tokenUrl: `${stub.url}/sso/token`, partnerField: 'partnerId', tokenEncoding: 'json', walletId: WALLET });
    await load();
    expect(seen).toEqual([
      [
        'application/json',
        '{"grant_type":"client_credentials","client_id":"partner-1","client_secret":"secret-1","partnerId":"42"}',
      ],
    ]);
  });
});
