import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  InvoiceDocument,
  InvoiceLinkDocument,
  PayInvoiceDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, reconciled, startQiwi } from '../support/qiwi.ts';
import { invoiceDesk } from '../support/qiwi-invoices.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Invoices that a wallet at QIWI issues under its own numbers. */

const gateway = await startTestApp({
  env: { PORT: await freePort() },
  patience: { limits: { breakAfter: 1_000 } },
});
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { prisma } = gateway.deps.db;

const { wallet, inputOf, create, issued, cancel, look, listed, row, keysOf } = invoiceDesk(gateway, call, qiwi);
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage', when: 'before' | 'after', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when, times });
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };
const invoiceState = (state: string) => ({ __typename: 'StateError', code: 'INVOICE_STATE', state });
type State = { providers: { qiwi: { bills: { billId: string; status: string }[] } } };
const bills = () => (qiwi.sandbox.control.state('qiwi') as unknown as State).providers.qiwi.bills;

describe('An invoice of a wallet’s own', () => {
  test('It has a number, a page, a way to pay and what its issuer added; it is issued once for a key.', async () => {
    const { walletId } = await wallet();
    const number = unique('order');
    const input = inputOf(walletId, {
      number,
      message: 'Заказ 42',
      payer: { phone: '+79260000001', email: 'ivan@example.com', account: 'client-7' },
      payMethods: ['CARD', 'BALANCE'],
      attributes: [{ name: 'orderId', value: '42' }],
      returnUrl: 'https://shop.example/thanks',
      dueAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
    const { invoice, replayed } = await issued(input);
    expect(replayed).toBe(false);
    expect(invoice).toMatchObject({
      state: 'CREATED',
      number,
      reference: number,
      message: 'Заказ 42',
      payer: { phone: '+79260000001' },
      recipient: { wallet: { id: walletId } },
      payMethods: ['CARD', 'BALANCE'],
      attributes: [{ name: 'orderId', value: '42' }],
      payUrl: expect.stringContaining('successUrl=https%3A%2F%2Fshop.example%2Fthanks'),
    });
    expect(await issued(input)).toMatchObject({ replayed: true, invoice: { id: invoice.id } });
    expect(bills().filter(({ billId }) => billId === number)).toHaveLength(1);
    expect(await refused(() => create(inputOf(walletId, { number })))).toMatchObject(
      invalid('input.number', 'is the number of another invoice of this wallet.'),
    );
    const [stored] = await prisma.$queryRaw<{ text: string }[]>`
      SELECT i::text AS text FROM invoice i WHERE id = ${invoice.id}`;
    for (const secret of ['9260000001', 'ivan@example', 'client-7', 'orderId'])
      expect(stored?.text).not.toContain(secret);
  });

  test('Without a payer and a number it is anybody’s who has the page; its number is one of ours.', async () => {
    const { walletId } = await wallet();
    const { invoice } = await issued(inputOf(walletId));
    expect(invoice).toMatchObject({ payer: null, number: invoice.id, dueAt: expect.any(String) });
    expect(await listed(walletId)).toMatchObject([{ id: invoice.id }]);
    expect((await other(InvoiceDocument, { id: invoice.id })).invoice).toBeNull();
    expect(await refused(() => create(inputOf(walletId), other))).toMatchObject(notFound);
  });

  test('Two wallets may have the same number, each for itself.', async () => {
    const [one, two] = [await wallet(), await wallet()];
    const number = unique('same');
    const first = await issued(inputOf(one.walletId, { number }));
    const second = await issued(inputOf(two.walletId, { number }));
    expect(first.invoice.id).not.toBe(second.invoice.id);
    expect([first.invoice.number, second.invoice.number]).toEqual([number, number]);
  });

  test('It is paid by card: the notification is believed once QIWI says so, and the money is booked once.', async () => {
    const { walletId } = await wallet();
    const { invoice } = await issued(inputOf(walletId));
    qiwi.act('bill.pay', { bill: invoice.number });
    const state = async () => (await row(invoice.id)).state;
    await expect.poll(state, { timeout: 20_000 }).toBe('COMPLETED');
    qiwi.act('bill.notify', { bill: invoice.number });
    await expect.poll(async () => (await figures(call, walletId)).posted, { timeout: 20_000 }).toBe('300.00');
    expect(await prisma.payment.count({ where: { destinationWalletId: walletId } })).toBe(1);
    // nothing in QIWI’s history names the bill, and two bills may be of the same amount
    expect(await look(invoice.id)).toMatchObject({ state: 'COMPLETED', payment: null });
    expect((await refused(() => cancel(invoice.id))).code).toBe('INVOICE_STATE');
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('A forged notification, and a true one about a bill that is not paid, change nothing.', async () => {
    const { walletId } = await wallet();
    const { invoice } = await issued(inputOf(walletId));
    const url = `/webhooks/qiwi/${qiwi.account.id}/${walletId}`;
    const bill = {
      siteId: 'site',
      billId: invoice.number,
      amount: { currency: 'RUB', value: '300.00' },
      status: { value: 'PAID', changedDateTime: '2026-01-18T15:25:18+03' },
      creationDateTime: '2026-01-18T15:24:53+03',
      expirationDateTime: '2026-12-10T09:02:00+03',
    };
    const send = (key: string) => {
      const message = ['RUB', '300.00', invoice.number, 'site', 'PAID'].join('|');
      const signature = createHmac('sha256', key).update(message).digest('hex');
      return gateway.fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Api-Signature-SHA256': signature },
        body: JSON.stringify({ bill, version: '1' }),
      });
    };
    expect((await send('not the key')).status).toBe(401);
    const { p2pSecretKey = '' } = await keysOf(walletId);
    const answer = await send(p2pSecretKey);
    expect([answer.status, await answer.json()]).toEqual([200, { error: '0' }]);
    const handled = () =>
      prisma.webhookReceipt.count({ where: { handledAt: null, dedupeKey: { startsWith: 'bill:' } } });
    await expect.poll(handled, { timeout: 20_000 }).toBe(0);
    expect(await row(invoice.id)).toMatchObject({ state: 'CREATED' });
    expect(await figures(call, walletId)).toMatchObject({ posted: '0.00' });
  });

  test('When no notification comes it is asked about; looking at it asks at once.', async () => {
    const { walletId } = await wallet();
    const [asked, looked] = [(await issued(inputOf(walletId))).invoice, (await issued(inputOf(walletId))).invoice];
    const { p2pSecretKey } = await keysOf(walletId);
    qiwi.act('keys.notifications', { secretKey: p2pSecretKey, url: null });
    for (const { number } of [asked, looked]) qiwi.act('bill.reject', { bill: number });
    expect(await row(looked.id)).toMatchObject({ state: 'CREATED' });
    expect(await look(looked.id)).toMatchObject({ state: 'REJECTED' });
    const askNow = () => prisma.$executeRaw`SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
      FROM graphile_worker.jobs WHERE key = ${`follow-invoice:${asked.id}`}`;
    spoil('P2P-2', 'close', 'before', 3);
    await askNow();
    const told = () => gateway.logged.filter((line) => line.includes('could not tell of an invoice that waits')).length;
    await expect.poll(told, { timeout: 20_000 }).toBe(1);
    expect(await row(asked.id)).toMatchObject({ state: 'CREATED' });
    await expect
      .poll(
        async () =>
          (
            await prisma.$queryRaw<object[]>`SELECT 1 FROM graphile_worker.jobs
            WHERE key = ${`follow-invoice:${asked.id}`} AND locked_at IS NULL`
          ).length,
        { timeout: 20_000 },
      )
      .toBe(1);
    await askNow();
    await expect.poll(async () => (await row(asked.id)).state, { timeout: 20_000 }).toBe('REJECTED');
  });

  test('It is taken back, twice; an answer that is lost is made good, and nobody else has rejected it.', async () => {
    const { walletId } = await wallet();
    const { invoice } = await issued(inputOf(walletId));
    spoil('P2P-3', 'close', 'after');
    expect(await refused(() => cancel(invoice.id))).toMatchObject(unavailable);
    expect(await look(invoice.id)).toMatchObject({ state: 'CANCELLED' });
    for (const _time of [1, 2])
      expect(done((await cancel(invoice.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice.state).toBe('CANCELLED');
    expect(bills().find(({ billId }) => billId === invoice.number)?.status).toBe('REJECTED');
  });

  test('Paid just before it is taken back: the refusal says so, and it is COMPLETED.', async () => {
    const { walletId } = await wallet();
    const { invoice } = await issued(inputOf(walletId));
    const { p2pSecretKey } = await keysOf(walletId);
    qiwi.act('keys.notifications', { secretKey: p2pSecretKey, url: null });
    qiwi.act('bill.pay', { bill: invoice.number });
    expect(await refusal(cancel(invoice.id))).toMatchObject(invoiceState('COMPLETED'));
    expect(await row(invoice.id)).toMatchObject({ state: 'COMPLETED' });
  });

  test.each([
    ['close', 'after'],
    ['close', 'before'],
    ['status', 'after'],
    ['garbage', 'after'],
  ] as const)('QIWI’s answer to issuing it is lost (%s %s): the same key issues it once.', async (kind, when) => {
    const { walletId } = await wallet();
    await issued(inputOf(walletId));
    const input = inputOf(walletId, { number: unique('lost') });
    spoil('P2P-1', kind, when);
    const first = await create(input);
    if (first.invoiceCreate?.__typename !== 'InvoiceCreateSuccess')
      expect(first.invoiceCreate).toMatchObject(unavailable);
    const { invoice } = await issued(input);
    expect(invoice).toMatchObject({ state: 'CREATED', payUrl: expect.any(String) });
    expect(bills().filter(({ billId }) => billId === input.number)).toHaveLength(1);
    expect(await listed(walletId)).toHaveLength(2);
  });

  test('What QIWI cannot issue is refused, and the key and the number are free again.', async () => {
    const { walletId } = await wallet();
    const number = unique('too-much');
    const input = inputOf(walletId, { number, amount: rub('1000000') });
    expect((await refused(() => create(input))).code).toMatch(/^(INVALID_INPUT|PROVIDER_REJECTED)$/);
    expect((await issued({ ...input, amount: rub('10') })).invoice.number).toBe(number);
    const late = new Date(Date.now() + 46 * 86_400_000).toISOString();
    expect(await refused(() => create(inputOf(walletId, { dueAt: late })))).toMatchObject(
      invalid('input.dueAt', 'must be within 45 days from now.'),
    );
    const twice = [1, 2].map(() => ({ name: 'a', value: 'b' }));
    expect(await refused(() => create(inputOf(walletId, { attributes: twice })))).toMatchObject(
      invalid('input.attributes.1.name', 'must be a name of letters and digits, given once.'),
    );
  });
});

test('A page that is opened issues an invoice, which is here once it is paid.', async () => {
  const { walletId } = await wallet();
  const number = unique('page');
  const input = {
    recipientWalletId: walletId,
    amount: rub('25.5'),
    message: 'Донат',
    number,
    payMethods: ['CARD' as const],
  };
  const { invoiceLink } = await call(InvoiceLinkDocument, { input });
  expect(invoiceLink).toMatchObject({ provider: { code: 'QIWI' } });
  expect(invoiceLink?.url).not.toContain((await keysOf(walletId))['p2pSecretKey'] ?? '');
  expect(await listed(walletId)).toEqual([]);
  const page = await fetch(invoiceLink?.url ?? '', { redirect: 'manual' });
  expect(page.status).toBe(303);
  qiwi.act('bill.pay', { bill: number });
  await expect
    .poll(async () => (await listed(walletId)).map(({ state }) => state), { timeout: 20_000 })
    .toEqual(['COMPLETED']);
  expect(await listed(walletId)).toMatchObject([
    { number, amount: rub('25.50'), message: 'Донат', payMethods: ['CARD'] },
  ]);
  await expect.poll(async () => (await figures(call, walletId)).posted, { timeout: 20_000 }).toBe('25.50');
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A wallet known here pays the invoice of another one known here: the money is booked once on either side.', async () => {
  const [issuer, payer] = [await wallet(0), await wallet(1_000)];
  const { invoice } = await issued(inputOf(issuer.walletId, { payer: { walletId: payer.walletId } }));
  const incoming = await call(WalletInvoicesDocument, { id: payer.walletId, direction: 'INCOMING' });
  const asked = incoming.wallet?.invoices.edges.map(({ node }) => node) ?? [];
  expect(asked).toMatchObject([
    { number: invoice.number, state: 'CREATED', recipient: { __typename: 'MerchantParty' } },
  ]);
  const input = { idempotencyKey: unique('pay'), invoiceId: asked[0]?.id ?? '', confirm: true };
  done((await call(PayInvoiceDocument, { input })).invoicePay, 'InvoicePaySuccess');
  for (const id of [invoice.id, asked[0]?.id ?? ''])
    await expect.poll(async () => (await row(id)).state, { timeout: 20_000 }).toBe('COMPLETED');
  for (const { walletId } of [issuer, payer]) {
    const [comparison] = await reconciled(call, { walletId });
    expect(comparison?.breaks).toEqual([]);
  }
  expect(await figures(call, issuer.walletId)).toMatchObject({ posted: '300.00', pending: '0.00' });
  expect(await figures(call, payer.walletId)).toMatchObject({ posted: '700.00', pending: '0.00' });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
