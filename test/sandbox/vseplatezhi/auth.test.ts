import { describe, expect, it } from 'vitest';
import { Bench, bare, credentials, empty, foreign, golden } from './support.ts';

/** Section 2.3: tokens; and what is answered without them. */

const bench = new Bench();
const MINUTE = 60_000;
const info = (token: string | null) => bench.get(`/${golden}/info`, { token });
const refresh = (refresh_token: string, more: Record<string, string> = {}) => {
  const { client_id, client_secret } = credentials;
  return bench.token({ grant_type: 'refresh_token', refresh_token, client_id, client_secret, ...more });
};

describe('tokens', () => {
  it('V-13: client credentials buy a pair', async () => {
    const { status, json } = await bench.token();
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.stringMatching(/^\S+$/),
      refresh_token: expect.stringMatching(/^\S+$/),
      token_type: 'Bearer',
      expires_in: 300,
    });
    expect((await info(json.access_token)).status).toBe(200);
  });

  it('V-14: a refresh token buys another pair, once, and the new pair replaces both of the old', async () => {
    const first = (await bench.token()).json;
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(Object.keys(second.json)).toEqual(Object.keys(first));
    expect(await info(first.access_token)).toMatchObject(bare(401));
    expect((await info(second.json.access_token)).status).toBe(200);
    expect(await refresh(first.refresh_token)).toMatchObject(bare(401));
    expect((await info(second.json.access_token)).status).toBe(200);
  });

  it('an access token lives 300 seconds, a refresh token 3600', async () => {
    const { json } = await bench.token();
    bench.control.advance(5 * MINUTE - 1000);
    expect((await info(json.access_token)).status).toBe(200);
    bench.control.advance(1000);
    expect(await info(json.access_token)).toMatchObject(bare(401));
    const next = await refresh(json.refresh_token);
    expect(next.status).toBe(200);
    bench.control.advance(60 * MINUTE);
    expect(await refresh(next.json.refresh_token)).toMatchObject(bare(401));
  });

  it('they can be made to expire, and be revoked; the secret can change', async () => {
    const { json } = await bench.token();
    bench.act('token.expire');
    expect((await info(json.access_token)).status).toBe(401);
    const next = await refresh(json.refresh_token);
    expect(next.status).toBe(200);
    bench.act('token.revoke');
    expect((await info(next.json.access_token)).status).toBe(401);
    expect((await refresh(next.json.refresh_token)).status).toBe(401);
    bench.act('client.secret', { clientSecret: 'another' });
    expect(await bench.token()).toMatchObject(bare(401));
    expect((await bench.token({ ...credentials, client_secret: 'another' })).status).toBe(200);
  });

  it.each<[why: string, form: Record<string, string>, status: number]>([
    ['an unknown client', { ...credentials, client_id: 'partner-9' }, 401],
    ['a wrong secret', { ...credentials, client_secret: 'secret-2' }, 401],
    ['another partner', { ...credentials, partner_id: '43' }, 401],
    ['no partner', { ...credentials, partner_id: '' }, 400],
    ['another grant', { ...credentials, grant_type: 'password' }, 400],
    ['no grant', { client_id: 'partner-1', client_secret: 'secret-1' }, 400],
    ['an unknown refresh token', { ...credentials, grant_type: 'refresh_token', refresh_token: 'x' }, 401],
    ['no refresh token', { ...credentials, grant_type: 'refresh_token' }, 400],
  ])('%s is refused without a body', async (_, form, status) => {
    expect(await bench.token(form)).toMatchObject(bare(status));
  });

  it('a refresh token serves its own partner only', async () => {
    const { json } = await bench.token();
    const other = { client_id: 'partner-2', client_secret: 'secret-2' };
    expect((await refresh(json.refresh_token, other)).status).toBe(401);
    expect((await refresh(json.refresh_token)).status).toBe(200);
  });

  it('the endpoint takes form pairs only', async () => {
    const json = { 'content-type': 'application/json' };
    expect(await bench.send('POST', '/oauth/token', json, JSON.stringify(credentials))).toMatchObject(bare(400));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const twice = `${new URLSearchParams(credentials)}&client_id=partner-2`;
    expect(await bench.send('POST', '/oauth/token', form, twice)).toMatchObject(bare(400));
  });

  it('faults reach the two operations of the endpoint apart', async () => {
    const { json } = await bench.token();
    bench.control.fault({ provider: 'vseplatezhi', operation: 'auth.refresh', kind: 'status', status: 502 });
    expect((await bench.token()).status).toBe(200);
    expect(await refresh(json.refresh_token)).toMatchObject(bare(502));
    expect((await refresh(json.refresh_token)).status).toBe(200);
  });
});

describe('access', () => {
  const operations: [method: string, path: string][] = [
    ['POST', '/registration'],
    ['GET', `/${golden}/info`],
    ['POST', `/${golden}/deactivation`],
    ['POST', `/${golden}/identification/1`],
    ['GET', `/${golden}/report`],
    ['POST', `/${golden}/refill`],
    ['GET', `/${golden}/payment/initialization`],
    ['POST', `/${golden}/payment`],
    ['GET', '/wifhdrawal/banks'],
    ['POST', `/${golden}/wifhdrawal`],
    ['GET', `/${golden}/limit`],
    ['POST', `/${golden}/limit`],
  ];

  it.each(operations)(
    '%s %s: 401 without a token, before the body is read; 405 by another method',
    async (method, path) => {
      const body = method === 'POST' ? '{' : undefined;
      expect(await bench.call(method, path, { token: null, body })).toMatchObject(bare(401));
      expect(await bench.call(method, path, { token: 'wrong', body })).toMatchObject(bare(401));
      const basic = { headers: { authorization: 'Basic cGFydG5lci0xOnNlY3JldC0x' }, body };
      expect(await bench.call(method, path, basic)).toMatchObject(bare(401));
      expect(await bench.call('PUT', path)).toMatchObject(bare(405));
    },
  );

  it.each(operations.filter(([, path]) => path.includes(golden)))(
    '%s %s: 403 for a foreign wallet, and for one that is none',
    async (method, path) => {
      const body = { amount: 1, walletId: foreign, operationLimits: {} };
      const sent = method === 'POST' ? { body } : {};
      for (const wallet of [foreign, '00000000-0000-4000-8000-000000000000', 'no-uuid'])
        expect(await bench.call(method, path.replace(golden, wallet), sent)).toMatchObject(bare(403));
    },
  );

  it('the other partner sees its wallet, and not ours', async () => {
    const { json } = await bench.token({
      ...credentials,
      client_id: 'partner-2',
      client_secret: 'secret-2',
      partner_id: '43',
    });
    const token = json.access_token;
    expect((await bench.get(`/${foreign}/info`, { token })).json).toMatchObject({ balance: 1000 });
    expect(await bench.get(`/${empty}/info`, { token })).toMatchObject(bare(403));
  });

  it.each([
    ['GET', '/withdrawal/banks'],
    ['POST', `/${golden}/withdrawal`],
    ['GET', `/${golden}`],
    ['GET', `/${golden}/info/more`],
  ])('%s %s is a wrong URL: 404 (trap T-01)', async (method, path) => {
    expect(await bench.call(method, path)).toMatchObject(bare(404));
  });

  it('error objects can be switched on (trap T-03), with fieldErrors in each form', async () => {
    bench.act('settings', { errorBody: 'object' });
    const wrong = () => bench.post('/registration', { phone: '123' });
    expect(await wrong()).toMatchObject({
      status: 400,
      json: { code: 'BAD_REQUEST', message: expect.any(String), fieldErrors: { phone: 'must be 10 digits' } },
    });
    expect((await info('wrong')).json).toMatchObject({ code: 'UNAUTHORIZED', fieldErrors: {} });
    bench.act('settings', { fieldErrors: 'array' });
    expect((await wrong()).json.fieldErrors).toEqual([{ field: 'phone', message: 'must be 10 digits' }]);
    bench.act('settings', { fieldErrors: 'null' });
    expect((await wrong()).json.fieldErrors).toBeNull();
    bench.act('settings', { fieldErrors: 'absent' });
    expect((await wrong()).json).not.toHaveProperty('fieldErrors');
  });
});
