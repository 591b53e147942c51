import { describe, expect, test } from 'vitest';
import {
  CancelInvoiceDocument,
  ConfirmPaymentDocument,
  CreateInvoiceDocument,
  DuplicateInvoiceDocument,
  InvoiceDocument,
  PayInvoiceDocument,
  RejectInvoiceDocument,
  RequestServiceDocument,
  WalletInvoicesDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { figures, linkedWallet } from '../support/provider-wallets.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const { prisma } = gateway.deps.db;

/** Two wallets at mbank that are known here. */
async function twoSides() {
  const [toPhone, fromPhone] = [newPhone(), newPhone()];
  const to = await linkedWallet(call, mbank, 100, toPhone);
  const from = await linkedWallet(call, mbank, 100, fromPhone);
  return { to, from, toPhone, fromPhone };
}
const inputOf = ({ to, from }: { to: string; from: string }, extra: object = {}) => ({
  idempotencyKey: unique('invoice'),
  recipientWalletId: to,
  payer: { walletId: from },
  amount: rub('30'),
  message: unique('For the dinner'),
  ...extra,
});
type Input = ReturnType<typeof inputOf>;
const create = (input: Input) => call(CreateInvoiceDocument, { input });
const issued = async (input: Input) => done((await create(input)).invoiceCreate, 'InvoiceCreateSuccess');
const pay = (invoiceId: string, confirm = false, idempotencyKey = unique('pay')) =>
  call(PayInvoiceDocument, { input: { idempotencyKey, invoiceId, confirm } });
const look = async (id: string) => (await call(InvoiceDocument, { id })).invoice;
const listed = async (id: string, direction: 'INCOMING' | 'OUTGOING') =>
  (await call(WalletInvoicesDocument, { id, direction })).wallet?.invoices.edges.map(({ node }) => node) ?? [];
const cancel = (invoiceId: string) => call(CancelInvoiceDocument, { invoiceId });
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after', times = 1) =>
  mbank.sandbox.control.fault({ provider: 'mbank', operation, kind, when, times });
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };
const invoiceState = (state: string) => ({ __typename: 'StateError', code: 'INVOICE_STATE', state });

/** Follows a payment to its end. */
async function endOf(id: string): Promise<string | undefined> {
  let last: string | undefined;
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id, follow: false });
  for await (const { paymentUpdated } of watched.rest()) last = paymentUpdated.status;
  return last;
}

describe('An invoice at mbank', () => {
  test('It is issued there, seen by both sides, paid in two steps, and both books follow.', async () => {
    const sides = await twoSides();
    const input = inputOf(sides);
    const { invoice, replayed } = await issued(input);
    expect(replayed).toBe(false);
    expect(invoice).toMatchObject({
      state: 'CREATED',
      provider: { code: 'MBANK' },
      reference: expect.stringMatching(/^[0-9a-f]{24}$/),
      payer: { wallet: { id: sides.from } },
      recipient: { wallet: { id: sides.to } },
    });
    expect(await issued(input)).toMatchObject({ replayed: true, invoice: { id: invoice.id } });
    expect(await listed(sides.from, 'INCOMING')).toMatchObject([{ id: invoice.id }]);
    expect(await listed(sides.to, 'OUTGOING')).toMatchObject([{ id: invoice.id }]);

    const idempotencyKey = unique('pay');
    const created = done((await pay(invoice.id, false, idempotencyKey)).invoicePay, 'InvoicePaySuccess');
    expect(created).toMatchObject({ payment: { status: 'CREATED' }, invoice: { state: 'PROCESSING' } });
    const again = done((await pay(invoice.id, false, idempotencyKey)).invoicePay, 'InvoicePaySuccess');
    expect(again).toMatchObject({ replayed: true, payment: { id: created.payment.id } });
    expect(await refused(() => pay(invoice.id))).toMatchObject(invoiceState('PROCESSING'));
    expect(await refusal(cancel(invoice.id))).toMatchObject(invoiceState('PROCESSING'));
    await call(ConfirmPaymentDocument, { paymentId: created.payment.id });
    expect(await endOf(created.payment.id)).toBe('COMPLETED');
    expect(await look(invoice.id)).toMatchObject({ state: 'COMPLETED', payment: { id: created.payment.id } });
    expect(await refused(() => pay(invoice.id, true))).toMatchObject(invoiceState('COMPLETED'));
    expect(await refused(() => cancel(invoice.id))).toMatchObject(invoiceState('COMPLETED'));
    expect(await figures(call, sides.from)).toEqual({ posted: '70.00', pending: '0.00', upstream: '70.00' });
    expect(await figures(call, sides.to)).toEqual({ posted: '130.00', pending: '0.00', upstream: '130.00' });
    await booksAreRight();
  });

  test('A payer who is known by phone only is kept sealed; the invoice is taken back, twice.', async () => {
    const { to } = await twoSides();
    const phone = newPhone();
    mbank.act('wallet.create', { phone, password: 'of-somebody-else', amount: 1 });
    const { invoice } = await issued(inputOf({ to, from: '' }, { payer: { phone } }));
    expect(invoice.payer).toMatchObject({ wallet: null, phone });
    const [row] = await prisma.$queryRaw<{ row: string }[]>`
      SELECT invoice::text AS row FROM invoice WHERE id = ${invoice.id}`;
    expect(row?.row).not.toContain(phone.slice(2));
    for (const _time of [1, 2])
      expect(done((await cancel(invoice.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice.state).toBe('CANCELLED');
    expect(await look(invoice.id)).toMatchObject({ state: 'CANCELLED' });
    expect(await refused(() => pay(invoice.id))).toMatchObject(notFound);
  });

  test('It is issued once more there, once for a key.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    const input = { idempotencyKey: unique('again'), invoiceId: invoice.id };
    const duplicate = async () =>
      done((await call(DuplicateInvoiceDocument, { input })).invoiceDuplicate, 'InvoiceDuplicateSuccess');
    const second = (await duplicate()).invoice;
    expect(second).toMatchObject({ state: 'CREATED', amount: rub('30.00'), message: invoice.message });
    expect(second.reference).not.toBe(invoice.reference);
    expect(await duplicate()).toMatchObject({ replayed: true, invoice: { id: second.id } });
    expect(await listed(sides.from, 'INCOMING')).toHaveLength(2);
  });
});

describe('When mbank’s answer is lost', () => {
  test('A creation that arrived is found, and never repeated.', async () => {
    const sides = await twoSides();
    const input = inputOf(sides);
    spoil('invoices.create', 'close', 'after');
    const { invoice } = await issued(input);
    expect(invoice.reference).toMatch(/^[0-9a-f]{24}$/);
    const twin = await issued({ ...input, idempotencyKey: unique('twin') });
    expect(twin.invoice.reference).not.toBe(invoice.reference);
    expect(await listed(sides.to, 'OUTGOING')).toHaveLength(2);
    const duplicate = { idempotencyKey: unique('again'), invoiceId: invoice.id };
    spoil('invoices.duplicate', 'close', 'after');
    done((await call(DuplicateInvoiceDocument, { input: duplicate })).invoiceDuplicate, 'InvoiceDuplicateSuccess');
    expect(await listed(sides.to, 'OUTGOING')).toHaveLength(3);
  });

  test('A creation that never arrived is given up after a minute, and the same key issues it.', async () => {
    const sides = await twoSides();
    const input = inputOf(sides);
    spoil('invoices.create', 'close', 'before');
    expect(await refusal(create(input))).toMatchObject(unavailable);
    expect(await refusal(create(input))).toMatchObject(unavailable);
    const late = { createdAt: new Date(Date.now() - 61_000) };
    await prisma.invoice.updateMany({ where: { recipientWalletId: sides.to }, data: late });
    expect(await refusal(create(input))).toMatchObject(unavailable);
    expect((await issued(input)).replayed).toBe(false);
    expect(await listed(sides.to, 'OUTGOING')).toHaveLength(1);
  });

  test('A cancellation is repeated until it is known.', async () => {
    const { invoice } = await issued(inputOf(await twoSides()));
    spoil('invoices.cancel', 'close', 'after');
    expect(await refusal(cancel(invoice.id))).toMatchObject(unavailable);
    expect(done((await cancel(invoice.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice.state).toBe('CANCELLED');
  });

  test('A payment whose creation never arrived is created by repeating it, and paid once.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    const key = unique('pay');
    spoil('invoices.pay', 'close', 'before');
    expect(await refusal(pay(invoice.id, true, key))).toMatchObject(unavailable);
    const { payment } = done((await pay(invoice.id, true, key)).invoicePay, 'InvoicePaySuccess');
    expect(await endOf(payment.id)).toBe('COMPLETED');
    expect(await figures(call, sides.from)).toMatchObject({ posted: '70.00', upstream: '70.00' });
    await booksAreRight();
  });

  test('A payment whose creation arrived is found, and paid once.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    spoil('invoices.pay', 'close', 'after');
    const { payment } = done((await pay(invoice.id, true)).invoicePay, 'InvoicePaySuccess');
    expect(await endOf(payment.id)).toBe('COMPLETED');
    expect(await look(invoice.id)).toMatchObject({ state: 'COMPLETED', payment: { id: payment.id } });
    expect(await figures(call, sides.from)).toMatchObject({ posted: '70.00', upstream: '70.00' });
    await booksAreRight();
  });
});

describe('What is learned from mbank', () => {
  test('An invoice that was issued elsewhere appears on both sides as one, and is paid here.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    await prisma.invoice.delete({ where: { id: invoice.id } });
    const [seen] = await listed(sides.from, 'INCOMING');
    expect(seen).toMatchObject({
      reference: invoice.reference,
      state: 'CREATED',
      recipient: { wallet: { id: sides.to } },
    });
    expect(seen?.id).not.toBe(invoice.id);
    expect(await listed(sides.to, 'OUTGOING')).toMatchObject([{ id: seen?.id }]);
    const { payment } = done((await pay(seen?.id ?? '', true)).invoicePay, 'InvoicePaySuccess');
    expect(await endOf(payment.id)).toBe('COMPLETED');
    expect(await listed(sides.to, 'OUTGOING')).toMatchObject([{ state: 'COMPLETED', payment: { id: payment.id } }]);
    await booksAreRight();
  });

  test('An invoice whose number is not known yet is found by the list, and cannot be paid before.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    const nameless = () => prisma.invoice.update({ where: { id: invoice.id }, data: { reference: null } });
    await nameless();
    expect(await refused(() => pay(invoice.id, true))).toMatchObject(unavailable);
    expect(await listed(sides.from, 'INCOMING')).toMatchObject([{ id: invoice.id, reference: invoice.reference }]);
    await nameless();
    expect(done((await cancel(invoice.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice).toMatchObject({
      state: 'CANCELLED',
      reference: invoice.reference,
    });
  });

  test('A payment that mbank declines declines the invoice, and the money is back.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    const { payment } = done((await pay(invoice.id)).invoicePay, 'InvoicePaySuccess');
    mbank.act('outcome', { outcome: 'decline', reason: 'invalid_data' });
    await call(ConfirmPaymentDocument, { paymentId: payment.id });
    expect(await endOf(payment.id)).toBe('DECLINED');
    expect(await look(invoice.id)).toMatchObject({ state: 'DECLINED' });
    expect(await figures(call, sides.from)).toMatchObject({ posted: '100.00', pending: '0.00', upstream: '100.00' });
    await booksAreRight();
  });
});

describe('Refused by mbank or before it, and nothing moved', () => {
  test('What cannot be asked for, or is somebody else’s.', async () => {
    const sides = await twoSides();
    const attempt = (extra: object) => refused(() => create(inputOf(sides, extra)));
    expect(await attempt({ payer: undefined })).toMatchObject(invalid('input.payer'));
    expect(await attempt({ payer: { phone: sides.toPhone } })).toMatchObject(invalid('input.payer'));
    expect(await attempt({ amount: rub('0') })).toMatchObject(invalid('input.amount.amount'));
    expect(await attempt({ dueAt: '2030-01-01T00:00:00Z' })).toMatchObject(invalid('input.dueAt'));
    const local = await openWalletOf(call, newPhone());
    expect(await attempt({ payer: { walletId: local } })).toMatchObject(invalid('input.payer.walletId'));
    const unknown = inputOf(sides, { payer: { phone: newPhone() } });
    expect(await refused(() => create(unknown))).toMatchObject({ providerCode: 'payer_not_exists' });
    expect(await refused(() => other(CreateInvoiceDocument, { input: inputOf(sides) }))).toMatchObject(notFound);
    const { invoice } = await issued({ ...unknown, payer: { walletId: sides.from } });
    expect(await refused(() => other(CancelInvoiceDocument, { invoiceId: invoice.id }))).toMatchObject(notFound);
    const rejecting = () => call(RejectInvoiceDocument, { invoiceId: invoice.id });
    expect(await refused(rejecting)).toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  test('While mbank is down nothing is issued, and what is known here is shown.', async () => {
    const sides = await twoSides();
    const { invoice } = await issued(inputOf(sides));
    spoil('invoices.created', 'status', 'before', 9);
    expect(await refused(() => create(inputOf(sides)))).toMatchObject(unavailable);
    expect(await listed(sides.to, 'OUTGOING')).toMatchObject([{ id: invoice.id }]);
    mbank.sandbox.control.clearFaults();
  });
});

describe('A wish for a service', () => {
  const wish = (walletId: string, title = 'A bakery', idempotencyKey = unique('wish')) =>
    call(RequestServiceDocument, { input: { idempotencyKey, walletId, title } });

  test('It reaches the provider once for a key.', async () => {
    const { to } = await twoSides();
    const key = unique('wish');
    const first = done((await wish(to, 'A bakery', key)).serviceRequestCreate, 'ServiceRequestCreateSuccess');
    expect(first).toMatchObject({ replayed: false, request: { title: 'A bakery', reference: expect.any(String) } });
    const again = done((await wish(to, 'A bakery', key)).serviceRequestCreate, 'ServiceRequestCreateSuccess');
    expect(again).toMatchObject({ replayed: true, request: first.request });
    const local = await openWalletOf(call, newPhone());
    done((await wish(local)).serviceRequestCreate, 'ServiceRequestCreateSuccess');
  });

  test('An empty one, a stranger’s and one that cannot be sent are refused.', async () => {
    const { to } = await twoSides();
    expect(await refused(() => wish(to, '  '))).toMatchObject(invalid('input.title'));
    const foreign = { idempotencyKey: unique('wish'), walletId: to, title: 'A bakery' };
    expect(await refused(() => other(RequestServiceDocument, { input: foreign }))).toMatchObject(notFound);
    const key = unique('wish');
    spoil('services.order', 'close', 'after');
    expect(await refusal(wish(to, 'A bakery', key))).toMatchObject(unavailable);
    const { request } = done((await wish(to, 'A bakery', key)).serviceRequestCreate, 'ServiceRequestCreateSuccess');
    expect(request.reference).toEqual(expect.any(String));
  });
});
