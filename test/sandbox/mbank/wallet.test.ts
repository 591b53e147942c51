import { describe, expect, it } from 'vitest';
import { checkDigit } from '../../../src/sandbox/mbank/verhoeff.ts';
import { Bench, basic, me, other, phone } from './support.ts';

/** Sections 2.3, 2.4 and 3.5: opening a wallet, its codes, its owner, OAuth. */

const bench = new Bench();
const fresh = '+79165550000';
const post = (path: string, body: unknown, auth?: string) =>
  bench.call('POST', path, { body, ...(auth === undefined ? {} : { auth }) });

describe('a new wallet', () => {
  it('is created, activated with the code, and starts with 10000 rubles', async () => {
    const { json } = await post('wallet', { phone: fresh, password: 'password' });
    expect(json.data).toEqual({ phone: fresh, check_digit: checkDigit(json.dev.security_code) });
    await post('wallet/activate', { phone: fresh, code: json.dev.security_code });
    const wallet = await bench.get('wallet', basic(fresh, 'password'));
    expect(wallet.json.data).toMatchObject({
      phone: fresh,
      amount: 10_000,
      level: 'anonymous',
      verified: false,
      person_status: 'no_data',
    });
    expect(
      (await post('wallet/find', { contacts: [{ phone: fresh }, { phone: '+79165550001', name: 'Вася' }] }, me)).json
        .data,
    ).toEqual([fresh]);
  });

  it('takes only the newest code, for 15 minutes', async () => {
    const first = (await post('wallet', { phone: fresh, password: 'password' })).json.dev.security_code;
    const second = (await post('wallet/resend_code', { phone: fresh })).json.dev.security_code;
    if (first !== second)
      expect((await post('wallet/activate', { phone: fresh, code: first })).json.meta.error).toBe('invalid_code');
    bench.control.advance(15 * 60_000 + 1);
    expect((await post('wallet/activate', { phone: fresh, code: second })).json.meta.error).toBe('code_expired');
    const third = (await post('wallet/resend_code', { phone: fresh })).json.dev.security_code;
    bench.control.advance(15 * 60_000 - 1_000);
    expect((await post('wallet/activate', { phone: fresh, code: third })).json).toEqual({
      meta: { code: 200 },
      data: { phone: fresh },
    });
  });

  it('gets a new password with a code, also when one is demanded', async () => {
    bench.act('wallet.force_password', { phone });
    const { json } = await post('wallet/send_password_reset_code', { phone });
    await post('wallet/reset_password', { phone, code: json.dev.security_code, password: 'PassWord' });
    expect((await bench.get('wallet')).status).toBe(401);
    expect((await bench.get('wallet', basic(phone, 'PassWord'))).status).toBe(200);
  });

  it.each(['242321 8', '482721 3', '934879 1', '368499 7'])('check digit %s', (row) => {
    const [code = '', digit] = row.split(' ');
    expect(checkDigit(code)).toBe(digit);
  });
});

describe('the owner', () => {
  it('enters data again and again until they are verified', async () => {
    const person = {
      family_name: 'Иванов',
      given_name: 'Иван',
      passport_series_number: '4510123456',
      birth_date: '1980-01-31',
    };
    expect((await bench.get('wallet/person', other)).json).not.toHaveProperty('data');
    expect((await post('wallet/person', person, other)).json.data).toMatchObject({ ...person, status: 'data_entered' });
    expect((await post('wallet/person', { ...person, itn: '330500938709' }, other)).status).toBe(200);
    await post('wallet/status?webhook_client_id=mserver&webhook_client_token=token', {
      phone: '+79261111112',
      personified: true,
    });
    expect((await bench.get('wallet', other)).json.data).toMatchObject({
      level: 'personified',
      name: 'Иван Иванов',
      person_status: 'data_verified',
    });
    expect((await post('wallet/person', person, other)).json.meta.error).toBe('person_already_verified');
  });

  it('has settings and a picture whose address changes with every upload', async () => {
    await post('wallet/settings', { email: 'a@b.ru', email_send_frequency: 'monthly' }, other);
    expect((await post('wallet/settings', { email_send_frequency: 'hourly' }, other)).status).toBe(422);
    const upload = (bytes: Buffer) => {
      const start =
        '--X\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n';
      const body = Buffer.concat([Buffer.from(start), bytes, Buffer.from('\r\n--X--\r\n')]);
      return bench.call('POST', 'wallet/picture', {
        auth: other,
        headers: { 'content-type': 'multipart/form-data; boundary=X' },
        body,
      });
    };
    expect((await upload(Buffer.from('GIF89a'))).status).toBe(422);
    expect((await upload(Buffer.from([0x89, 0x50, 0x4e, 0x47, 1]))).status).toBe(200);
    const first = (await bench.get('wallet', other)).json.data;
    expect(first).toMatchObject({ email: 'a@b.ru', email_send_frequency: 'monthly' });
    expect((await bench.call('GET', first.picture_url)).headers['content-type']).toBe('image/png');
    bench.control.advance(1_000);
    await upload(Buffer.from([0x89, 0x50, 0x4e, 0x47, 2]));
    expect((await bench.get('wallet', other)).json.data.picture_url).not.toBe(first.picture_url);
  });

  it('is gone with his tokens when the administrator deletes him', async () => {
    const auth = await bench.token();
    await bench.call('DELETE', 'wallet/%2B79261111111', { auth: basic('admin_level_login', 'password') });
    expect((await bench.get('wallet', auth)).status).toBe(401);
    expect((await bench.get('wallet')).status).toBe(401);
  });
});

describe('OAuth', () => {
  const login = '/mbank/mserver2-dev/login';
  const uri = 'https://bestmt.ru/test?ok=1';
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'mbank_web',
    redirect_uri: uri,
    scope: 'wallet.read cards.read',
  });

  it('leads the browser to the login and back with a one-time code', async () => {
    const start = await bench.call('GET', `/mbank/mserver2-dev/oauth/authorize?${query}`);
    expect(start.status).toBe(302);
    const page = await bench.call('GET', String(start.headers['location']));
    expect(page.text).toContain('wallet.read');
    const wrong = await bench.call('POST', `${login}?${query}`, {
      form: { username: phone, password: 'x', scope: 'wallet.read' },
    });
    expect([wrong.status, wrong.text.includes('Неверный телефон')]).toEqual([401, true]);
    const back = await bench.call('POST', `${login}?${query}`, {
      form: { username: phone, password: 'p@ssw0rD', scope: 'wallet.read' },
    });
    const code = new URL(String(back.headers['location'])).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: uri, client_id: 'mbank_web' };
    const trade = () =>
      bench.call('POST', '/mbank/mserver2-dev/oauth/token', { auth: basic('mbank_web', 'topsecret'), form });
    const token = await trade();
    expect(token.json.data).toMatchObject({ scope: 'wallet.read', token_type: 'bearer' });
    expect((await trade()).status).toBe(401);
    expect((await bench.get('wallet', `Bearer ${token.json.data.access_token}`)).status).toBe(200);
  });

  it('refuses a redirect that is not registered', async () => {
    const bad = new URLSearchParams({
      response_type: 'code',
      client_id: 'mbank_web',
      redirect_uri: 'https://evil.example/',
    });
    expect((await bench.call('GET', `/mbank/mserver2-dev/oauth/authorize?${bad}`)).status).toBe(422);
    bench.act('client.redirect', { uri: 'https://evil.example/' });
    expect((await bench.call('GET', `/mbank/mserver2-dev/oauth/authorize?${bad}`)).status).toBe(302);
  });

  it('compares the address without its query, whole', async () => {
    const ask = async (address: string) => {
      const asked = new URLSearchParams({ response_type: 'code', client_id: 'mbank_web', redirect_uri: address });
      return (await bench.call('GET', `/mbank/mserver2-dev/oauth/authorize?${asked}`)).status;
    };
    expect(await ask('https://bestmt.ru/test?state=abc')).toBe(302);
    expect(await ask('https://bestmt.ru/test')).toBe(302);
    for (const other of [
      'https://bestmt.ru/test/more',
      'http://bestmt.ru/test',
      'https://bestmt.ru.evil.example/test?',
    ])
      expect(await ask(other)).toBe(422);
  });

  it('keeps each scope to its calls', async () => {
    const auth = await bench.token('mbank', 'secret', { scope: 'payments.read' });
    expect((await bench.get('payments', auth)).status).toBe(200);
    expect((await bench.call('POST', 'payments', { auth, body: {} })).json.meta).toMatchObject({
      error: 'insufficient_scope',
      details: 'payments.modify',
    });
    expect((await bench.get('limits', auth)).status).toBe(200);
  });
});
