import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Bench, basic, me, other, out, phone, type Reply } from './support.ts';

/** Sections 1.2, 1.3 and 4.1: what is refused by its form, before any code of an operation applies. */

const bench = new Bench();
const post = (path: string, body: unknown, auth?: string) =>
  bench.call('POST', path, { body, ...(auth === undefined ? {} : { auth }) });
const payment = (fields: Record<string, unknown>) => bench.create({ ...out, ...fields });

describe('requests that never reach an operation', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const token = '/mbank/mserver2-dev/oauth/token';
  const rows: [string, number, () => Promise<Reply>][] = [
    ['no credentials', 401, () => bench.call('GET', 'wallet')],
    ['wrong password', 401, () => bench.get('wallet', basic(phone, 'nonsense'))],
    ['unknown token', 401, () => bench.get('wallet', `Bearer ${randomUUID()}`)],
    [
      'a wallet on an application call',
      401,
      () => bench.call('POST', 'payments/bill', { auth: me, body: { id: 1, email: 'a@b.c' } }),
    ],
    [
      'an application token without its header',
      401,
      async () =>
        bench.call('POST', 'payments', { auth: (await bench.application())['authorization'] ?? '', body: out }),
    ],
    [
      'a wallet token with the application header',
      401,
      async () =>
        bench.call('POST', 'payments', {
          auth: await bench.token(),
          headers: { 'x-authorization-type': 'application' },
          body: out,
        }),
    ],
    [
      'a wrong webhook token',
      401,
      () => post('wallet/status?webhook_client_id=mserver&webhook_client_token=x', { phone }),
    ],
    ['a wallet instead of the administrator', 401, () => bench.call('DELETE', 'wallet/%2B79261111112', { auth: me })],
    ['an unknown path', 404, () => bench.get('walet')],
    ['letters for an id', 404, () => bench.get('payments/abc')],
    ['another wallet’s payment', 404, async () => bench.get(`payments/${(await payment({})).json.data.id}`, other)],
    ['POST where the document has GET', 405, () => post('payments/reset_unseen', {}, me)],
    ['PUT', 405, () => bench.call('PUT', 'wallet/person', { auth: me, body: {} })],
    ['broken JSON', 400, () => post('payments', '{"type"', me)],
    ['an array', 400, () => post('payments', [], me)],
    ['a form', 415, () => bench.call('POST', 'payments', { auth: me, body: 'type=out', headers: form })],
    [
      'a body without a type',
      415,
      () => bench.call('POST', 'wallet/settings', { auth: me, body: '{}', headers: { 'content-type': 'text/plain' } }),
    ],
    ['JSON for a picture', 415, () => post('wallet/picture', {}, me)],
    ['JSON for a token', 415, () => bench.call('POST', token, { auth: basic('mbank', 'secret'), body: {} })],
    [
      'a wrong client secret',
      401,
      () => bench.call('POST', token, { auth: basic('mbank', 'x'), form: { grant_type: 'password' } }),
    ],
    [
      'a grant of another application',
      422,
      () => bench.call('POST', token, { auth: basic('mbank', 'secret'), form: { grant_type: 'client_credentials' } }),
    ],
    [
      'an unknown scope',
      422,
      () =>
        bench.call('POST', token, {
          auth: basic('mbank_storefront', 'oklol'),
          form: { grant_type: 'client_credentials', scope: 'all' },
        }),
    ],
    ['a type that is not documented', 422, () => payment({ type: 'back' })],
    [
      'an anonymous payment from a balance',
      422,
      async () =>
        bench.call('POST', 'payments', {
          headers: await bench.application(),
          body: { ...out, client_payment_id: randomUUID() },
        }),
    ],
  ];

  it.each(rows)('%s: %i', async (_what, status, provoke) => {
    const reply = await provoke();
    expect(reply.status, reply.text).toBe(status);
    expect(reply.json).toEqual({ meta: { code: status } });
  });

  it('a token ends with the sandbox’s clock', async () => {
    const auth = await bench.token();
    expect((await bench.get('wallet', auth)).status).toBe(200);
    bench.control.advance(3_601_000);
    expect((await bench.get('wallet', auth)).status).toBe(401);
  });

  it('speaks the language that is asked for', async () => {
    const ask = (headers: Record<string, string>) => bench.call('POST', 'wallet', { body: {}, headers });
    expect((await ask({})).json.meta.error_message).toBe('не указан телефон');
    expect((await ask({ 'accept-language': 'en_US' })).json.meta.error_message).toBe('phone is missing');
  });
});
