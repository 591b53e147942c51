import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { application, credit, startMoneywall, tellByCallsOnly } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { of, start, until } = credit(gateway, apiKey, call, moneywall);

const press = (page: string, fields: Record<string, string>) =>
  fetch(page, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

test('The shopper applies on the lender’s page and comes back to the shop, which proves nothing; the lender calls us.', async () => {
  const { id, orderId, frameUrl } = await start();
  await tellByCallsOnly(gateway, id);
  const page = frameUrl ?? '';
  expect(await (await fetch(page)).text()).toContain('name="pan"');
  const answer = await press(page, { ...application, do: 'apply', decision: 'pending' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, 'http://shop.example/order/AB123-45']);
  expect((await of(orderId)).state).toBe('PROCESSING');
  moneywall.act('session.authorize', { order: orderId });
  const { timeline } = await until(orderId, 'AUTHORIZED');
  expect(timeline.map(({ source }) => source)).toEqual(['PROVIDER_ANSWER', 'WEBHOOK']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('In a frame of the shop’s page it is the same; who leaves it has not applied.', async () => {
  const { orderId, frameUrl, mode } = await start({ mode: 'IFRAME' });
  expect(mode).toBe('IFRAME');
  const page = await fetch(frameUrl ?? '');
  expect(page.headers.get('x-frame-options')).toBeNull();
  expect(await page.text()).toContain('target="_top"');
  await press(frameUrl ?? '', { do: 'abandon' });
  expect(await until(orderId, 'CANCELLED')).toMatchObject({ terminal: true, refundable: { amount: '0.00' } });
});

test('An order whose time runs out while nobody applies is CANCELLED, and nothing was lent.', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const { orderId } = await start({ expiresAt });
  expect((await of(orderId)).expiresAt).toBe(expiresAt);
  moneywall.sandbox.control.advance(3_700_000);
  moneywall.sessions(orderId);
  await until(orderId, 'CANCELLED');
});
