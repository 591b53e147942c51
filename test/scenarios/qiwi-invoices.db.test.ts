import { describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  InvoiceOfPaymentDocument,
  PayInvoiceDocument,
  PaymentPageDocument,
  RejectInvoiceDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, reconciled, startQiwi } from '../support/qiwi.ts';
import { payments as paymentsOf } from '../support/qiwi-payments.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Invoices that merchants issue to a wallet at QIWI: listed while they wait, paid in one call, rejected, run out of time. */

let ahead = 0;
const gateway = await startTestApp({
  env: { PORT: await freePort() },
  patience: { http: { deadlineMs: 2_500 }, limits: { breakAfter: 1_000 } },
  clock: { now: () => new Date(Date.now() + ahead) },
});
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { prisma } = gateway.deps.db;
const payments = paymentsOf(gateway, apiKey, call);

async function wallet(amount = 1_000) {
  const owner = qiwi.wallet(amount);
  return { owner, walletId: await linkQiwi(call, qiwi, owner) };
}
/** A merchant's invoice to the wallet. Answers QIWI's number of it. */
const billed = (owner: { number: string }, amount: string, extra: object = {}) =>
  (qiwi.act('invoice.issue', { wallet: owner.number, amount, ...extra }) as { id: number }).id;
const listed = async (id: string, states?: ('CREATED' | 'EXPIRED' | 'REJECTED')[], by = call) =>
  (
    await by(WalletInvoicesDocument, { id, direction: 'INCOMING', ...(states ? { states } : {}) })
  ).wallet?.invoices.edges.map(({ node }) => node) ?? [];
async function oneInvoice(amount = '150.50', holds = 1_000) {
  const { owner, walletId } = await wallet(holds);
  const number = billed(owner, amount, { comment: 'Заказ 13515573', externalId: unique('order') });
  const [invoice] = await listed(walletId);
  if (!invoice) throw new Error('no invoice is listed');
  return { owner, walletId, number, invoice };
}
const pay = (invoiceId: string, confirm: boolean, idempotencyKey = unique('pay')) =>
  call(PayInvoiceDocument, { input: { idempotencyKey, invoiceId, confirm } });
const paid = async (...args: Parameters<typeof pay>) => done((await pay(...args)).invoicePay, 'InvoicePaySuccess');
const reject = (invoiceId: string, by = call) => by(RejectInvoiceDocument, { invoiceId });
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage', when: 'before' | 'after', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when, times });
const statusOf = async (id: string) => (await prisma.payment.findUniqueOrThrow({ where: { id } })).status;
const stateOf = async (id: string) => (await prisma.invoice.findUniqueOrThrow({ where: { id } })).state;
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const invoiceState = (state: string) => ({ __typename: 'StateError', code: 'INVOICE_STATE', state });
const eventsOf = async (invoiceId: string) =>
  (await recordedEvents(gateway.deps.db, { types: ['INVOICE_UPDATED'] })).filter(
    ({ data }) => data.kind === 'invoice' && data.invoiceId === invoiceId,
  ).length;
/** Nothing of the provider's history is without a payment here, and none of it is here twice. */
async function isExplained(walletId: string, payments: number) {
  const [comparison] = await reconciled(call, { walletId });
  expect(comparison?.breaks).toEqual([]);
  const out = await prisma.payment.count({ where: { sourceWalletId: walletId, status: 'COMPLETED' } });
  expect(out).toBe(payments);
  await booksAreRight();
}

describe('A merchant’s invoice', () => {
  test('It is shown with who asks, once however many look, and is paid in two steps.', async () => {
    const { owner, walletId, number, invoice } = await oneInvoice();
    const looks = await Promise.all(Array.from({ length: 6 }, () => listed(walletId)));
    expect(new Set(looks.flatMap((invoices) => invoices.map(({ id }) => id)))).toEqual(new Set([invoice.id]));
    expect(invoice).toMatchObject({
      state: 'CREATED',
      amount: { amount: '150.50', currency: 'RUB' },
      message: 'Заказ 13515573',
      reference: String(number),
      number: expect.stringMatching(/^order-/),
      payUrl: expect.stringContaining(String(number)),
      recipient: { __typename: 'MerchantParty', reference: '480706', name: expect.any(String) },
      payer: { wallet: { id: walletId } },
      dueAt: expect.any(String),
    });
    const key = unique('pay');
    const created = await paid(invoice.id, false, key);
    expect(created).toMatchObject({ payment: { status: 'CREATED', kind: 'PAYOUT' }, invoice: { state: 'PROCESSING' } });
    expect(await paid(invoice.id, false, key)).toMatchObject({ replayed: true, payment: { id: created.payment.id } });
    expect(await refused(() => pay(invoice.id, true))).toMatchObject(invoiceState('PROCESSING'));
    expect(await refused(() => reject(invoice.id))).toMatchObject(invoiceState('PROCESSING'));
    await call(ConfirmPaymentDocument, { paymentId: created.payment.id });
    await expect.poll(() => statusOf(created.payment.id), { timeout: 20_000 }).toBe('COMPLETED');
    expect(await stateOf(invoice.id)).toBe('COMPLETED');
    expect(await figures(call, walletId)).toMatchObject({ posted: '849.50', pending: '0.00' });
    const { payment } = await call(PaymentPageDocument, { id: created.payment.id });
    expect(payment?.destination).toMatchObject({ __typename: 'MerchantParty' });
    expect((await call(InvoiceOfPaymentDocument, { id: created.payment.id })).payment?.invoice?.id).toBe(invoice.id);
    expect(await refused(() => pay(invoice.id, true))).toMatchObject(invoiceState('COMPLETED'));
    expect(await eventsOf(invoice.id)).toBe(3);
    expect(owner.number).toMatch(/^79/);
    await isExplained(walletId, 1);
  });

  test('It is rejected, twice, and cannot be paid any more.', async () => {
    const { walletId, invoice } = await oneInvoice();
    for (const _time of [1, 2])
      expect(done((await reject(invoice.id)).invoiceReject, 'InvoiceRejectSuccess').invoice.state).toBe('REJECTED');
    expect(await refused(() => pay(invoice.id, true))).toMatchObject(invoiceState('REJECTED'));
    expect(await listed(walletId, ['CREATED'])).toEqual([]);
    expect(await listed(walletId, ['REJECTED'])).toMatchObject([{ id: invoice.id }]);
  });

  test('An answer to rejecting that is lost is made good by repeating it.', async () => {
    const { invoice } = await oneInvoice();
    spoil('INV-4', 'close', 'after');
    expect(await refused(() => reject(invoice.id))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(done((await reject(invoice.id)).invoiceReject, 'InvoiceRejectSuccess').invoice.state).toBe('REJECTED');
  });

  test('One that leaves the list unasked has expired once its time has run out.', async () => {
    const { owner, walletId } = await wallet();
    const number = billed(owner, '10', { lifetimeMs: 3_600_000 });
    const [invoice] = await listed(walletId);
    qiwi.act('invoice.expire', { invoice: number });
    expect(await listed(walletId, ['CREATED'])).toMatchObject([{ id: invoice?.id }]);
    ahead += 3_700_000;
    expect(await listed(walletId, ['CREATED'])).toEqual([]);
    expect(await stateOf(invoice?.id ?? '')).toBe('EXPIRED');
    expect(await eventsOf(invoice?.id ?? '')).toBe(2);
    expect(await refused(() => pay(invoice?.id ?? '', true))).toMatchObject(invoiceState('EXPIRED'));
    ahead = 0;
  });

  test('It is nobody else’s, and nobody but its payer pays or rejects it.', async () => {
    const { walletId, invoice } = await oneInvoice();
    expect(await listed(walletId, undefined, other)).toEqual([]);
    expect(await refused(() => reject(invoice.id, other))).toMatchObject(notFound);
    const input = { idempotencyKey: unique('pay'), invoiceId: invoice.id, confirm: true };
    expect(await refused(() => other(PayInvoiceDocument, { input }))).toMatchObject(notFound);
  });
});

describe('Paying that goes wrong', () => {
  test('QIWI says that it was not paid: the payment is declined, nothing moved, and it can be paid again.', async () => {
    const { walletId, invoice, owner } = await oneInvoice('150.50', 100);
    const refusedOne = await pay(invoice.id, true);
    expect(refusedOne.invoicePay).toMatchObject({
      code: expect.stringMatching(/^(PROVIDER_REJECTED|INSUFFICIENT_FUNDS)$/),
    });
    const payments = await prisma.payment.findMany({ where: { sourceWalletId: walletId } });
    expect(payments.filter(({ origin }) => origin === 'API')).toMatchObject([{ status: 'DECLINED' }]);
    expect(await stateOf(invoice.id)).toBe('CREATED');
    expect(await figures(call, walletId)).toMatchObject({ posted: '100.00', pending: '0.00' });
    qiwi.act('deposit', { wallet: owner.number, amount: 100 });
    await expect.poll(async () => (await figures(call, walletId)).posted, { timeout: 20_000 }).toBe('200.00');
    const { payment } = await paid(invoice.id, true);
    await expect.poll(() => statusOf(payment.id), { timeout: 20_000 }).toBe('COMPLETED');
    await expect.poll(async () => (await figures(call, walletId)).posted, { timeout: 20_000 }).toBe('49.50');
    await booksAreRight();
  });

  test('The merchant has taken it back: paying it is refused, and nothing moved.', async () => {
    const { walletId, number, invoice } = await oneInvoice();
    qiwi.act('invoice.withdraw', { invoice: number });
    expect((await refusal(pay(invoice.id, true))).code).toMatch(/^(PROVIDER_REJECTED|INVOICE_STATE)$/);
    expect(await figures(call, walletId)).toMatchObject({ posted: '1000.00', pending: '0.00' });
    await booksAreRight();
  });

  test.each([
    ['close', 'after'],
    ['close', 'before'],
    ['status', 'after'],
    ['garbage', 'after'],
  ] as const)(
    'QIWI’s answer is lost (%s %s): it is paid at most once, and the truth is found out.',
    async (kind, when) => {
      const { walletId, invoice } = await oneInvoice();
      spoil('INV-3', kind, when);
      const { payment } = await paid(invoice.id, true);
      if (when === 'after') {
        await expect.poll(() => statusOf(payment.id), { timeout: 30_000 }).toBe('COMPLETED');
        expect(await stateOf(invoice.id)).toBe('COMPLETED');
        await isExplained(walletId, 1);
      } else {
        ahead += 11 * 60_000;
        await expect.poll(() => statusOf(payment.id), { timeout: 30_000 }).toBe('DECLINED');
        ahead = 0;
        expect(await stateOf(invoice.id)).toBe('CREATED');
        expect((await paid(invoice.id, true)).payment.id).not.toBe(payment.id);
        await expect.poll(() => stateOf(invoice.id), { timeout: 20_000 }).toBe('COMPLETED');
        await isExplained(walletId, 1);
      }
    },
  );

  test('A payment of the same amount to somebody else does not pay an invoice that was never paid.', async () => {
    const { walletId, number, invoice } = await oneInvoice();
    spoil('INV-3', 'close', 'before');
    const { payment } = await paid(invoice.id, true);
    qiwi.act('invoice.withdraw', { invoice: number });
    const other = await payments.payout(walletId, { phone: '+79161234567' }, '150.50', { confirm: true });
    await expect.poll(() => statusOf(other.id), { timeout: 20_000 }).toBe('COMPLETED');
    const asked = async () =>
      (await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: payment.id } })).operations.length;
    const before = await asked();
    await addJob(prisma, 'resolve-payment', { paymentId: payment.id, round: 0 }, {});
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(await statusOf(payment.id)).toBe('PROCESSING');
    expect(await figures(call, walletId)).toMatchObject({ posted: '849.50', pending: '150.50' });
    ahead += 11 * 60_000;
    await addJob(prisma, 'resolve-payment', { paymentId: payment.id, round: 0 }, {});
    await expect.poll(() => statusOf(payment.id), { timeout: 20_000 }).toBe('DECLINED');
    ahead = 0;
    expect(await figures(call, walletId)).toMatchObject({ posted: '849.50', pending: '0.00' });
    await isExplained(walletId, 1);
  });

  test('The history shows the payment late: it is one payment all the same.', async () => {
    const { walletId, invoice } = await oneInvoice();
    qiwi.act('settings', { historyLagMs: 3_000 });
    const { payment } = await paid(invoice.id, true);
    await expect.poll(() => statusOf(payment.id), { timeout: 20_000 }).toBe('COMPLETED');
    qiwi.act('settings', { historyLagMs: 0 });
    const shown = async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).reference;
    await expect
      .poll(
        async () => {
          await reconciled(call, { walletId });
          return shown();
        },
        { timeout: 40_000, interval: 1_000 },
      )
      .toMatch(/^\d+$/);
    expect(await figures(call, walletId)).toMatchObject({ posted: '849.50', pending: '0.00' });
    await isExplained(walletId, 1);
  });
});
