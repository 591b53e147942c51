import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench, out } from './support.ts';

/** Section 2.11: the calls that the provider makes, and what the control API can do to them. */

const bench = new Bench();
interface Received {
  url: URL;
  // biome-ignore lint/suspicious/noExplicitAny: notification bodies
  body: any;
}
let received: Received[] = [];
let answers: number[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ url: new URL(request.url ?? '', 'http://here'), body: JSON.parse(text) });
    response.writeHead(answers.shift() ?? 200).end('{"meta":{"code":200}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

beforeEach(() => {
  received = [];
  answers = [];
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bench.act('project', { paymentsUrl: `${base}/payments/status?account=7`, cardsUrl: `${base}/cards/status` });
});

async function paid(amount = 100): Promise<number> {
  const { json } = await bench.create({ ...out, amount });
  await bench.pay(json.data.id);
  return json.data.id;
}

const told = () => received.map(({ body }) => [body.type, body.from, body.to]);

describe('notify.payment', () => {
  it('tells complete, undo and redo with the whole payment and the project’s token', async () => {
    const id = await paid();
    bench.act('payment.undo', { id, reason: 'internal_error' });
    bench.act('payment.redo', { id });
    await bench.control.idle();
    expect(told()).toEqual([
      ['complete', 'processing', 'completed'],
      ['undo', 'completed', 'declined'],
      ['redo', 'declined', 'completed'],
    ]);
    const [first] = received;
    expect(Object.fromEntries(first?.url.searchParams ?? [])).toEqual({
      account: '7',
      app_id: '42',
      access_token: createHash('sha1').update('42s3cr3t').digest('hex'),
    });
    expect(first?.body).toMatchObject({
      created_at: expect.stringMatching(/\.\d{3}Z$/),
      payment: { id, status: 'completed', amount: 100, total: 103, parameters: [{ code: 'phoneNumber' }] },
    });
    expect(received[1]?.body.payment).toMatchObject({ status: 'declined', decline_reason: 'internal_error' });
  });

  it('goes to the project that the call named, else to all', async () => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    bench.act('project', { code: 'second', appId: '43', appSecret: 'x', paymentsUrl: `${base}/second` });
    const { json } = await bench.call('POST', 'payments', {
      auth: await bench.token(),
      headers: { 'x-project-id': 'second' },
      body: { ...out, client_payment_id: '33b958e5-042b-4fb2-bf9e-e4198125e050' },
    });
    await bench.pay(json.data.id);
    await bench.control.idle();
    expect(received.map(({ url }) => url.pathname)).toEqual(['/second']);
    await paid();
    await bench.control.idle();
    expect(received.map(({ url }) => url.pathname).sort()).toEqual(['/payments/status', '/second', '/second']);
  });

  it('is repeated three times when it is not answered 2xx, then given up', async () => {
    answers = [500, 404, 200];
    await paid();
    await bench.control.idle();
    expect(bench.control.webhooks('mbank')).toMatchObject([
      { state: 'delivered', attempts: [{ status: 500 }, { status: 404 }, { status: 200 }] },
    ]);
    answers = [500, 500, 500, 500, 500];
    await paid();
    await bench.control.idle();
    expect(bench.control.webhooks('mbank')[1]).toMatchObject({ state: 'failed', attempts: { length: 4 } });
  });

  it('counts a refused connection as an attempt', async () => {
    bench.act('project', { paymentsUrl: 'http://127.0.0.1:1/' });
    await paid();
    await bench.control.idle();
    expect(bench.control.webhooks('mbank')[0]).toMatchObject({
      state: 'failed',
      attempts: [{ status: null, error: expect.any(String) }, {}, {}, {}],
    });
  });
});

describe('notify.card', () => {
  it('tells that a stored card became active, and that it was deleted', async () => {
    const id = await bench.storedCard();
    await bench.control.idle();
    const active = received.find(({ body }) => body.state === 'active');
    expect(active?.url.pathname).toBe('/cards/status');
    expect(active?.body).toEqual({
      id,
      state: 'active',
      title: '541715******7260',
      type: 'MasterCard',
      wallet: { phone: '+79261111111' },
    });
  });
});

describe('control of webhooks', () => {
  const ids = () => received.map(({ body }) => body.payment.id);

  it('withholds, and releases oldest first, newest first, or as told', async () => {
    bench.control.withholdWebhooks('mbank');
    const [one, two, three] = [await paid(), await paid(), await paid()];
    await bench.control.idle();
    expect(received).toEqual([]);
    const hooks = bench.control.webhooks('mbank');
    bench.control.releaseWebhooks('mbank', [hooks[1]?.id ?? 0]);
    await bench.control.idle();
    bench.control.releaseWebhooks('mbank', 'reverse');
    await bench.control.idle();
    expect(ids()).toEqual([two, three, one]);
    const four = await paid();
    await bench.control.idle();
    expect(ids().at(-1)).toBe(four);
  });

  it('sends the next ones twice, or an old one again', async () => {
    bench.control.duplicateWebhook('mbank', undefined, 1);
    await paid();
    await bench.control.idle();
    expect(received).toHaveLength(2);
    expect(received[0]?.body).toEqual(received[1]?.body);
    bench.control.duplicateWebhook('mbank', bench.control.webhooks('mbank')[0]?.id);
    await bench.control.idle();
    expect(received).toHaveLength(3);
  });
});
