import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { learnSecret } from '../support/secrets.ts';

/** What docs/webhooks.md tells partners to do, done as it stands there. */

const guide = readFileSync('docs/webhooks.md', 'utf8');
const example = (language: string): string => {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide)?.[1];
  if (!found) throw new Error(`docs/webhooks.md has no example in ${language}`);
  return found;
};
const gateway = await startTestApp({ env: { SANDBOX: 'on' } });
const PATIENCE = { timeout: 20_000 };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs the receiver of the guide as a program of its own; answers what it has printed so far. */
function runReceiver(port: number, secret: string): () => string[] {
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', example('js')], {
    env: { PATH: process.env['PATH'], PORT: String(port), WEBHOOK_SECRET: secret },
  });
  let printed = '';
  receiver.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  onTestFinished(() => {
    receiver.kill();
  });
  return () => printed.split('\n').filter(Boolean);
}

test('The receiver of the guide is registered as the guide says, believes what is signed and nothing else.', async () => {
  const shop = await openShop(gateway);
  const wallets = [await shop.wallet({ holds: '100' }), await shop.wallet()] as const;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hooks`;
  const { data } = await gateway.query<{ webhookEndpointCreate: { __typename: string; secret: string } }>(
    shop.apiKey,
    example('graphql'),
    { url },
  );
  const secret = data?.webhookEndpointCreate.secret ?? '';
  learnSecret(secret);
  expect(data?.webhookEndpointCreate.__typename).toBe('WebhookEndpointCreateSuccess');
  const printed = runReceiver(port, secret);
  const post = (headers: Record<string, string>) => fetch(url, { method: 'POST', headers, body: '{"id":"evt_1"}' });
  const now = String(Math.trunc(Date.now() / 1000));
  const forged = { 'webhook-id': 'evt_1', 'webhook-timestamp': now, 'webhook-signature': 'v1,bm90aGluZw==' };
  await vi.waitFor(async () => expect((await post(forged)).status).toBe(400), PATIENCE);
  const paymentId = await shop.transfer(...wallets, '1', true);
  await vi.waitFor(() => expect(printed()).toEqual([`PAYMENT_COMPLETED ${paymentId}`]), PATIENCE);
});
