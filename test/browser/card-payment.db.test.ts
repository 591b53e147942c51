import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  CreateTopUpDocument,
  PaymentDetailsDocument,
  WalletCardsDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { startBrowser, startShop } from '../support/browser.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

/** A payer at the page to which a top-up by card leads, in a browser, while the payment is watched. */
const browser = await startBrowser();
const shop = await startShop();
const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
await startMbank(gateway, partnerId);

const SECURE_CARD = { pan: '5417 1508 9358 7260', cvv: '082' };
const REFUSED_CARD = { pan: '4652 0607 2492 2338', cvv: '989' };

/** A confirmed top-up that was seen waiting for its payer, and the address of its page. */
async function waitingTopUp() {
  const walletId = await openWalletOf(call, newPhone());
  const { orderUrl: returnUrl, failureUrl } = shop;
  const asked = { walletId, amount: rub('100.50'), method: 'CARD' as const, returnUrl, failureUrl, confirm: true };
  const { topUpCreate } = await call(CreateTopUpDocument, { input: { idempotencyKey: unique('top-up'), ...asked } });
  const { id } = done(topUpCreate, 'TopUpCreateSuccess').payment;
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id, follow: false });
  const next = async () => (await watched.next()).paymentUpdated;
  const { status } = await next();
  expect(status).toBe('PROCESSING');
  const { nextAction } = present((await call(PaymentDetailsDocument, { id })).payment, 'the payment');
  if (nextAction?.__typename !== 'RedirectAction') throw new Error(`no page: ${JSON.stringify(nextAction)}`);
  return { walletId, url: nextAction.url, next };
}

/** What a wallet holds, rubles. */
async function holds(id: string): Promise<string | undefined> {
  return (await call(WalletCardsDocument, { id })).wallet?.balances[0]?.posted.amount;
}

async function pay(page: Page, { pan, cvv }: typeof SECURE_CARD): Promise<void> {
  await page.getByLabel('Номер карты').fill(pan);
  await page.getByLabel('Срок действия').fill('01/17');
  await page.getByLabel('CVV2/CVC2').fill(cvv);
  await page.getByRole('button', { name: 'Оплатить' }).click();
}

test('A payer types a card and its 3-D Secure password; the top-up completes, the browser is back in the shop.', async () => {
  const { walletId, url, next } = await waitingTopUp();
  const { page, complaints } = await browser.newPage();
  await page.goto(url);
  await page.getByText('100,50 ₽').waitFor();
  await pay(page, { ...SECURE_CARD, pan: '5417 1508 9358 7261' });
  expect(await page.getByRole('alert').textContent()).toBe('Проверьте номер карты.');
  await pay(page, SECURE_CARD);
  await page.getByLabel('Пароль 3-D Secure').fill('123456');
  await page.getByRole('button', { name: 'Подтвердить' }).click();
  await page.waitForURL(shop.orderUrl);
  expect((await next()).status).toBe('COMPLETED');
  expect(await holds(walletId)).toBe('100.50');
  expect(complaints).toEqual([expect.stringContaining('status of 422')]);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A card that is refused declines the top-up; the browser is back where the shop said, and the wallet holds nothing.', async () => {
  const { walletId, url, next } = await waitingTopUp();
  const { page, complaints } = await browser.newPage();
  await page.goto(url);
  await pay(page, REFUSED_CARD);
  await page.waitForURL(shop.failureUrl);
  expect((await next()).status).toBe('DECLINED');
  expect(await holds(walletId)).toBe('0.00');
  expect(complaints).toEqual([]);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
