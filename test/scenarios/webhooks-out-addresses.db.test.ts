import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebhookEndpointsDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal } from '../support/builders.ts';
import { startReceiver } from '../support/receiver.ts';
import { askForTest, createEndpoint, receive, registerEndpoint, soleDelivery } from '../support/webhooks.ts';

/** Where a gateway may be made to call, and where not: judged when the address is given, and again by what is connected to. */

const names: Record<string, string[] | { code: string }> = {
  'shop.example': ['93.184.216.34', '2606:2800:220:1::1'],
  'inside.example': ['10.0.0.5'],
  'mixed.example': ['93.184.216.34', '10.0.0.5'],
  'six.example': ['fd00::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'translated.example': ['64:ff9b::a00:1'],
  'metadata.example': ['169.254.169.254'],
  'self.example': ['127.0.0.1'],
  'nowhere.example': { code: 'ENOTFOUND' },
  'asleep.example': { code: 'ETIMEOUT' },
};
const resolve = async (host: string) => {
  const found = names[host];
  if (Array.isArray(found)) return found;
  throw Object.assign(new Error('not resolved'), found ?? { code: 'ENOTFOUND' });
};
// nothing is tried a second time: the clock stands still
const start = new Date();
const gateway = await startTestApp({ clock: { now: () => start }, webhooks: { resolve, deadlineMs: 2_500 } });
const shop = await openShop(gateway);
const INSIDE = 'private network';

test.each([
  ['http://shop.example/hook', 'https://'],
  ['https://127.0.0.1/', INSIDE],
  ['https://127.1/', INSIDE],
  ['https://2130706433/', INSIDE],
  ['https://0x7f000001/', INSIDE],
  ['https://10.0.0.1/', INSIDE],
  ['https://172.16.0.1:8443/', INSIDE],
  ['https://192.168.1.1/', INSIDE],
  ['https://169.254.169.254/latest/meta-data/', INSIDE],
  ['https://100.64.0.1/', INSIDE],
  ['https://0.0.0.0/', INSIDE],
  ['https://[::1]/', INSIDE],
  ['https://[fd00::1]/', INSIDE],
  ['https://[fe80::1]/', INSIDE],
  ['https://[::ffff:10.0.0.1]/', INSIDE],
  ['https://[::ffff:7f00:1]/', INSIDE],
  ['https://localhost/', INSIDE],
  ['https://localhost./', INSIDE],
  ['https://db.internal/', INSIDE],
  ['https://inside.example/', INSIDE],
  ['https://INSIDE.example./', INSIDE],
  ['https://mixed.example/', INSIDE],
  ['https://six.example/', INSIDE],
  ['https://mapped.example/', INSIDE],
  ['https://translated.example/', INSIDE],
  ['https://metadata.example/', INSIDE],
  ['https://self.example/', INSIDE],
  ['https://nowhere.example/', 'does not exist'],
  ['https://user:word@shop.example/', 'user name'],
  ['https://shop.example/#hook', 'fragment'],
])('%s is refused, and the field is named.', async (url, why) => {
  expect(await refusal(createEndpoint(shop.call, { url }))).toMatchObject({
    __typename: 'InvalidInputError',
    issues: [{ path: ['input', 'url'], message: expect.stringContaining(why) }],
  });
  expect(await gateway.deps.db.prisma.webhookEndpoint.count({ where: { url } })).toBe(0);
});

test.each(['https://shop.example/hook', 'https://8.8.8.8:8443/', 'https://asleep.example/'])(
  '%s is taken: it leads outside, as far as can be told now.',
  async (url) => {
    const other = await openShop(gateway);
    done((await createEndpoint(other.call, { url })).webhookEndpointCreate, 'WebhookEndpointCreateSuccess');
    expect((await other.call(WebhookEndpointsDocument, {})).webhookEndpoints).toMatchObject([{ url }]);
  },
);

test.each([
  ['this machine', ['127.0.0.1']],
  ['this machine, as IPv6', ['::1', '::ffff:127.0.0.1']],
  ['one of two inside', ['93.184.216.34', '127.0.0.1']],
])(
  'A name that leads outside when it is given and to %s when it is called is not connected to.',
  async (_where, later) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => new Promise((closed) => server.close(() => closed())));
    const { port } = server.address() as AddressInfo;
    const owner = await openShop(gateway);
    names['rebound.example'] = ['93.184.216.34'];
    const endpoint = await registerEndpoint(owner.call, `https://rebound.example:${port}/hook`);
    names['rebound.example'] = later;
    await askForTest(owner.call, endpoint.id);
    await soleDelivery(owner.call, endpoint.id, {
      state: 'PENDING',
      attempts: [
        { status: null, error: expect.stringMatching(/^Not sent: the address leads inside a private network/) },
      ],
    });
    expect(connections).toBe(0);
  },
);

test('Beside the sandbox this machine may be called without TLS, by name and by number; other private networks may not.', async () => {
  const beside = await startTestApp({ env: { SANDBOX: 'on' } });
  const owner = await openShop(beside);
  const receiver = await startReceiver();
  for (const [count, host] of ['127.0.0.1', 'localhost'].entries()) {
    const { id } = await registerEndpoint(owner.call, `http://${host}:${receiver.port}/${host}`);
    await askForTest(owner.call, id);
    expect((await receive(receiver, count + 1)).at(-1)?.path).toBe(`/${host}`);
  }
  for (const url of ['http://10.0.0.1/', 'http://[fd00::1]/', 'http://169.254.169.254/', 'http://db.internal/'])
    expect(await refusal(createEndpoint(owner.call, { url }))).toMatchObject({ issues: [{ path: ['input', 'url'] }] });
});
