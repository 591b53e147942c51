import { describe, expect, it } from 'vitest';
import { Bench, bare, credentials, empty, foreign, golden, refused, rich, shop } from './support.ts';

/** Wallets: opened, read, closed, identified (section 3.1). */

const bench = new Bench();
const register = (body: unknown) => bench.post('/registration', body);
const info = async (wallet: string) => (await bench.get(`/${wallet}/info`)).json;
const walletCount = () =>
  (bench.control.state('vseplatezhi') as { providers: { vseplatezhi: { wallets: unknown[] } } }).providers.vseplatezhi
    .wallets.length;

describe('account.register', () => {
  it('V-01: the open wallet of a phone is answered again', async () => {
    const { status, text } = await register({ phone: '9261234567', identification: 0 });
    expect([status, text]).toEqual([200, `{"walletId":"${golden}","identification":"ELEMENTARY"}`]);
  });

  it.each<[sent: unknown, word: string]>([
    [undefined, 'ELEMENTARY'],
    [0, 'ELEMENTARY'],
    [1, 'PERSONALIZED'],
    [2, 'IDENTIFIED'],
    ['2', 'IDENTIFIED'],
  ])('a new wallet with identification %j is %s, and empty', async (identification, word) => {
    const { json } = await register({ phone: '9990001122', identification });
    expect(json).toEqual({ walletId: expect.stringMatching(/^[0-9a-f-]{36}$/), identification: word });
    expect(await info(json.walletId)).toEqual({ number: expect.stringMatching(/^4\d{15}$/), balance: 0, status: word });
    expect(await bench.report(json.walletId)).toEqual([]);
  });

  it('a repetition makes no second wallet and raises nothing; after closing there is a new one', async () => {
    const first = (await register({ phone: '9990001122' })).json;
    expect((await register({ phone: '9990001122', identification: 2 })).json).toEqual(first);
    await bench.post(`/${first.walletId}/deactivation`);
    const second = (await register({ phone: '9990001122' })).json;
    expect(second.walletId).not.toBe(first.walletId);
  });

  it('the same phone at another partner is another wallet', async () => {
    const other = { ...credentials, client_id: 'partner-2', client_secret: 'secret-2', partner_id: '43' };
    const token = (await bench.token(other)).json.access_token;
    const { json } = await bench.post('/registration', { phone: '9261234567' }, { token });
    expect([golden, foreign]).not.toContain(json.walletId);
  });

  it.each([
    { phone: '123' },
    { phone: '+79261234567' },
    { phone: '89261234567' },
    { phone: 9261234567 },
    {},
    { phone: '9990001122', identification: 3 },
    { phone: '9990001122', identification: 'ELEMENTARY' },
    { phone: '9990001122', identification: null },
    [],
    '{',
    '',
  ])('V-15: %j is 400 without a body', async (body) => {
    const before = walletCount();
    const answer = await register(body);
    expect(answer).toMatchObject(bare(400));
    expect(answer.headers['content-length']).toBe('0');
    expect(walletCount()).toBe(before);
  });

  it('JSON only', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await bench.post('/registration', 'phone=9990001122', { headers: form })).toMatchObject(bare(400));
  });
});

describe('account.info', () => {
  it('V-02: the number, the balance with two decimals, the status', async () => {
    const { status, text, headers } = await bench.get(`/${golden}/info`);
    expect(status).toBe(200);
    expect(text).toBe('{"number":"4000000000000017","balance":12345.00,"status":"ELEMENTARY"}');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('the balance may be a text (trap T-25)', async () => {
    bench.act('settings', { amounts: 'text' });
    expect((await info(golden)).balance).toBe('12345.00');
  });
});

describe('account.deactivate', () => {
  it('V-03: an empty wallet is closed; once more changes nothing', async () => {
    const close = () => bench.post(`/${empty}/deactivation`);
    expect(await close()).toMatchObject({ status: 200, text: `{"walletId":"${empty}"}` });
    expect((await info(empty)).status).toBe('CLOSED');
    expect((await close()).json).toEqual({ walletId: empty });
  });

  it('a wallet with money stays open', async () => {
    await bench.unmoved(async () => {
      expect(await bench.post(`/${golden}/deactivation`)).toMatchObject(refused('WALLET_BALANCE_NOT_ZERO'));
    });
    expect((await info(golden)).status).toBe('ELEMENTARY');
  });

  it('a closed wallet shows itself and its report, and does nothing else', async () => {
    const { token } = (await bench.get(`/${rich}/payment/initialization`)).json;
    bench.act('wallet.close', { wallet: rich });
    expect(await info(rich)).toMatchObject({ status: 'CLOSED', balance: 100_000 });
    expect(await bench.report(rich)).toEqual([]);
    await bench.unmoved(async () => {
      const answers = [
        await bench.post(`/${rich}/identification/1`),
        await bench.post(`/${rich}/refill`, { amount: 1 }),
        await bench.get(`/${rich}/payment/initialization`),
        await bench.post(`/${rich}/payment`, { walletId: rich, token, amount: 1, tsp: shop }),
        await bench.withdraw(1, { wallet: rich }),
        await bench.get(`/${rich}/limit`),
        await bench.post(`/${rich}/limit`, { operationLimits: {} }),
      ];
      for (const answer of answers) expect(answer).toMatchObject(refused('WALLET_CLOSED'));
    }, rich);
    expect((await bench.post(`/${rich}/deactivation`)).json).toEqual({ walletId: rich });
  });
});

describe('account.identify', () => {
  it('V-04 and the other words; lowering and repeating are allowed', async () => {
    for (const [code, identification] of [
      ['1', 'PERSONALIZED'],
      ['1', 'PERSONALIZED'],
      ['2', 'IDENTIFIED'],
      ['0', 'ELEMENTARY'],
    ]) {
      const { status, json } = await bench.post(`/${golden}/identification/${code}`);
      expect([status, json]).toEqual([200, { walletId: golden, identification }]);
      expect((await info(golden)).status).toBe(identification);
    }
  });

  it.each(['3', '-1', '00', 'ELEMENTARY', '1.0'])('%s is 400', async (code) => {
    expect(await bench.post(`/${golden}/identification/${code}`)).toMatchObject(bare(400));
    expect((await info(golden)).status).toBe('ELEMENTARY');
  });

  it('the path takes capital letters of a UUID', async () => {
    expect((await info(golden.toUpperCase())).number).toBe('4000000000000017');
  });
});
