import type { FrameLocator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CreditFrameMode } from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { startBrowser, startShop } from '../support/browser.ts';
import { credit, creditBooks, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** A shopper at the lender's application page, in a browser, while the shop's server watches the session. */
const browser = await startBrowser();
const shop = await startShop();
const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const moneywall = await startMoneywall(gateway, partnerId);
const { of, start, watch } = credit(gateway, apiKey, run(gateway, apiKey), moneywall);

const PAYING_CARD = '4111111111111111';
const DECLINED_CARD = '4000000000000002';

/** An order whose session is watched, and which was seen waiting for the shopper. */
async function watchedOrder(mode: CreditFrameMode) {
  const { id, orderId, frameUrl } = await start({ mode, returnUrl: shop.orderUrl });
  const watched = watch(id);
  const next = async () => (await watched.next()).creditSessionUpdated;
  expect((await next()).state).toBe('PROCESSING');
  return { orderId, frameUrl: present(frameUrl, 'the address of the page'), next };
}

/** Types what the shop could not tell of the shopper, and chooses the decision. */
async function fillIn(form: Page | FrameLocator, pan: string, decision: string): Promise<void> {
  await form.getByLabel('Карта первого платежа').fill(pan);
  await form.getByLabel('Срок действия').fill('12/30');
  await form.getByLabel('CVV').fill('123');
  await form.getByLabel('Решение (песочница)').selectOption(decision);
}

const apply = (form: Page | FrameLocator) => form.getByRole('button', { name: 'Подать заявку' }).click();
const thanks = (page: Page) => page.getByRole('heading', { name: 'Спасибо за заказ' }).waitFor();

test('On the lender’s own page a shopper applies and is accepted; the shop sees it at once, the browser is back in the shop.', async () => {
  const { orderId, frameUrl, next } = await watchedOrder('STANDALONE');
  const { page, complaints } = await browser.newPage();
  await page.goto(frameUrl);
  expect(await page.getByLabel('Фамилия').inputValue()).toBe('Иванов');
  expect(await page.getByLabel('Дата рождения').inputValue()).toBe('1987-07-18');
  await fillIn(page, PAYING_CARD, 'authorize');
  expect((await of(orderId)).state).toBe('PROCESSING');
  await apply(page);
  await page.waitForURL(shop.orderUrl);
  await thanks(page);
  const session = await next();
  expect(session).toMatchObject({ state: 'AUTHORIZED', refundable: { amount: '10000.00' } });
  expect(session.timeline.at(-1)).toMatchObject({ from: 'PROCESSING', to: 'AUTHORIZED', source: 'WEBHOOK' });
  await page.goto(frameUrl);
  await page.getByText('Первый платеж принят, договор открыт.').waitFor();
  await page.getByRole('link', { name: 'Вернуться к заказу' }).click();
  await thanks(page);
  expect(complaints).toEqual([]);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('In an iframe of the shop’s checkout the same is done; the whole window goes back to the shop.', async () => {
  const { frameUrl, next } = await watchedOrder('IFRAME');
  const { page, complaints } = await browser.newPage();
  await page.goto(shop.checkoutUrl(frameUrl));
  const frame = page.frameLocator('iframe[title="Покупка в кредит"]');
  await frame.getByRole('heading', { name: 'Покупка в кредит' }).waitFor();
  await fillIn(frame, PAYING_CARD, 'authorize');
  await apply(frame);
  await page.waitForURL(shop.orderUrl);
  await thanks(page);
  expect(await page.locator('iframe').count()).toBe(0);
  expect(await next()).toMatchObject({ state: 'AUTHORIZED', refundable: { amount: '10000.00' } });
  expect(complaints).toEqual([]);
});

test('Being back in the shop proves nothing: an application that is decided later moves when it is.', async () => {
  const { orderId, frameUrl, next } = await watchedOrder('STANDALONE');
  const { page, complaints } = await browser.newPage();
  await page.goto(frameUrl);
  await fillIn(page, PAYING_CARD, 'pending');
  await apply(page);
  await thanks(page);
  expect((await of(orderId)).state).toBe('PROCESSING');
  await page.goto(frameUrl);
  await page.getByText('Заявка рассматривается.').waitFor();
  await page.getByRole('button', { name: 'Одобрить (песочница)' }).click();
  await page.getByText('договор открыт').waitFor();
  expect((await next()).state).toBe('AUTHORIZED');
  expect(complaints).toEqual([]);
});

test('A card that is declined opens no agreement; the shopper who then leaves ends the session, and nothing was lent.', async () => {
  const before = await creditBooks(gateway, partnerId);
  const { orderId, frameUrl, next } = await watchedOrder('STANDALONE');
  const { page } = await browser.newPage();
  await page.goto(frameUrl);
  await fillIn(page, DECLINED_CARD, 'authorize');
  await apply(page);
  const alert = page.getByRole('alert');
  expect(await alert.textContent()).toBe('Банк отклонил первый платеж этой картой. Договор не открыт.');
  expect((await of(orderId)).state).toBe('PROCESSING');
  await page.getByRole('button', { name: 'Отказаться от заявки' }).click();
  await page.waitForURL(shop.orderUrl);
  expect(await next()).toMatchObject({ state: 'CANCELLED', terminal: true, refundable: { amount: '0.00' } });
  expect(await creditBooks(gateway, partnerId)).toEqual(before);
});
