import { describe, expect, test } from 'vitest';
import {
  CancelInvoiceDocument,
  CancelPaymentDocument,
  ConfirmPaymentDocument,
  CreateInvoiceDocument,
  DuplicateInvoiceDocument,
  InvoiceDocument,
  InvoiceOfPaymentDocument,
  PayInvoiceDocument,
  RejectInvoiceDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { expirePayments } from '../../src/domain/payment/expire-payments.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, newPhone, openShop, type Person, refusal, rub, unique } from '../support/builders.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound, walletState } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const other = await openShop(gateway, { name: 'Another' });

/** An issuer and a payer with 100 rubles, and what each can do. */
async function twoSides() {
  const [issuer, payer] = [await shop.customer(), await shop.customer()];
  const phone = newPhone();
  const to = await shop.wallet({ owner: issuer });
  const from = await shop.wallet({ owner: payer, holds: '100', phone });
  return { issuer, payer, to, from, phone };
}
type Sides = Awaited<ReturnType<typeof twoSides>>;

const inputOf = ({ to, from }: Sides, extra: object = {}) => ({
  idempotencyKey: unique('invoice'),
  recipientWalletId: to,
  payer: { walletId: from },
  amount: rub('30'),
  message: 'For the dinner',
  number: '42/a',
  ...extra,
});
async function issued(sides: Sides, extra: object = {}) {
  const { invoiceCreate } = await sides.issuer.call(CreateInvoiceDocument, { input: inputOf(sides, extra) });
  return done(invoiceCreate, 'InvoiceCreateSuccess').invoice;
}
const pay = (call: Call, invoiceId: string, confirm = false, idempotencyKey = unique('pay')) =>
  call(PayInvoiceDocument, { input: { idempotencyKey, invoiceId, confirm } });
const paid = async (...args: Parameters<typeof pay>) => done((await pay(...args)).invoicePay, 'InvoicePaySuccess');
const cancel = (call: Call, invoiceId: string) => call(CancelInvoiceDocument, { invoiceId });
const reject = (call: Call, invoiceId: string) => call(RejectInvoiceDocument, { invoiceId });
const look = async (id: string, call: Call = shop.call) => (await call(InvoiceDocument, { id })).invoice;
const listed = async ({ call }: Person, id: string, direction: 'INCOMING' | 'OUTGOING', rest: object = {}) =>
  (await call(WalletInvoicesDocument, { id, direction, ...rest })).wallet?.invoices.edges.map(({ node }) => node.id);
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const invoiceState = (state: string) => ({
  __typename: 'StateError',
  code: 'INVOICE_STATE',
  state,
  allowed: ['CREATED'],
});
const posted = async (walletId: string) => {
  const [account] = await gateway.deps.db.prisma.walletAccount.findMany({ where: { walletId } });
  const { rows } = await gateway.deps.db.pool.query<{ posted: string }>(
    'SELECT (posted_credits - posted_debits)::text AS posted FROM ledger_account WHERE id = $1',
    [account?.ledgerAccountId],
  );
  return rows[0]?.posted;
};
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

describe('An invoice between wallets here', () => {
  test('It is issued, seen by both sides, paid in two steps, and both sides are told.', async () => {
    const sides = await twoSides();
    const { issuer, payer, to, from } = sides;
    const input = inputOf(sides);
    const first = done((await issuer.call(CreateInvoiceDocument, { input })).invoiceCreate, 'InvoiceCreateSuccess');
    expect(first).toMatchObject({
      replayed: false,
      invoice: { state: 'CREATED', amount: rub('30.00'), payment: null },
    });
    expect(first.invoice).toMatchObject({ message: 'For the dinner', number: '42/a', provider: { code: 'LOCAL' } });
    expect(first.invoice.payer).toMatchObject({ __typename: 'WalletParty', wallet: null });
    expect(first.invoice.recipient).toMatchObject({ __typename: 'WalletParty', wallet: { id: to } });
    const again = await issuer.call(CreateInvoiceDocument, { input });
    expect(again.invoiceCreate).toMatchObject({ replayed: true, invoice: { id: first.invoice.id } });

    const { id } = first.invoice;
    const idempotencyKey = unique('pay');
    const created = await paid(payer.call, id, false, idempotencyKey);
    expect(created).toMatchObject({
      replayed: false,
      payment: { status: 'CREATED' },
      invoice: { state: 'PROCESSING' },
    });
    const repeated = await paid(payer.call, id, false, idempotencyKey);
    expect(repeated).toMatchObject({ replayed: true, payment: { id: created.payment.id } });
    expect(await posted(from)).toBe('10000');
    const { paymentConfirm } = await payer.call(ConfirmPaymentDocument, { paymentId: created.payment.id });
    expect(done(paymentConfirm, 'PaymentConfirmSuccess').payment.status).toBe('COMPLETED');
    expect(await look(id, issuer.call)).toMatchObject({ state: 'COMPLETED', payment: { id: created.payment.id } });
    const { payment } = await payer.call(InvoiceOfPaymentDocument, { id: created.payment.id });
    expect(payment?.invoice).toMatchObject({ id, state: 'COMPLETED' });
    expect([await posted(from), await posted(to)]).toEqual(['7000', '3000']);

    const told = await recordedEvents(gateway.deps.db, { types: ['INVOICE_UPDATED'] });
    const mine = told.filter(({ data }) => (data as { invoiceId?: string }).invoiceId === id);
    expect(mine.map(({ data }) => (data as { state?: string }).state)).toEqual(['CREATED', 'PROCESSING', 'COMPLETED']);
    for (const event of mine) expect(event.audience.sort()).toEqual([issuer.id, payer.id].sort());
    await booksAreRight();
  });

  test('It is found by the payer’s phone, paid at once, and listed by direction, state and time.', async () => {
    const sides = await twoSides();
    const { issuer, payer, to, from, phone } = sides;
    const before = new Date();
    const first = await issued(sides, { payer: { phone } });
    const second = await issued(sides);
    expect(await paid(payer.call, first.id, true)).toMatchObject({
      payment: { status: 'COMPLETED' },
      invoice: { state: 'COMPLETED' },
    });
    expect(await listed(payer, from, 'INCOMING')).toEqual([second.id, first.id]);
    expect(await listed(payer, from, 'OUTGOING')).toEqual([]);
    expect(await listed(issuer, to, 'OUTGOING', { states: ['COMPLETED'] })).toEqual([first.id]);
    expect(await listed(issuer, to, 'OUTGOING', { createdTo: before.toISOString() })).toEqual([]);
    expect(await listed(issuer, to, 'OUTGOING', { createdFrom: before.toISOString() })).toHaveLength(2);
    await booksAreRight();
  });

  test('It is rejected by the payer, or taken back by the issuer; repeating that changes nothing.', async () => {
    const sides = await twoSides();
    const { issuer, payer } = sides;
    const first = await issued(sides);
    for (const _time of [1, 2])
      expect(done((await reject(payer.call, first.id)).invoiceReject, 'InvoiceRejectSuccess').invoice.state).toBe(
        'REJECTED',
      );
    const second = await issued(sides);
    for (const _time of [1, 2])
      expect(done((await cancel(issuer.call, second.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice.state).toBe(
        'CANCELLED',
      );
    expect(await refused(() => pay(payer.call, first.id, true))).toMatchObject(invoiceState('REJECTED'));
    expect(await refused(() => pay(payer.call, second.id))).toMatchObject(invoiceState('CANCELLED'));
    expect(await refused(() => cancel(issuer.call, first.id))).toMatchObject(invoiceState('REJECTED'));
    expect(await refused(() => reject(payer.call, second.id))).toMatchObject(invoiceState('CANCELLED'));
  });

  test('It is issued once more, whatever became of the first.', async () => {
    const sides = await twoSides();
    const { issuer, payer } = sides;
    const first = await issued(sides);
    await cancel(issuer.call, first.id);
    const input = { idempotencyKey: unique('again'), invoiceId: first.id };
    const duplicate = async () =>
      done((await issuer.call(DuplicateInvoiceDocument, { input })).invoiceDuplicate, 'InvoiceDuplicateSuccess');
    const { invoice } = await duplicate();
    expect(invoice).toMatchObject({ state: 'CREATED', amount: rub('30.00'), message: 'For the dinner', number: null });
    expect(invoice.id).not.toBe(first.id);
    expect(await duplicate()).toMatchObject({ replayed: true, invoice: { id: invoice.id } });
    expect(await refused(() => payer.call(DuplicateInvoiceDocument, { input }))).toMatchObject(notFound);
    expect((await paid(payer.call, invoice.id, true)).invoice.state).toBe('COMPLETED');
  });

  test('A payment that is cancelled or runs out gives it back to be paid.', async () => {
    const sides = await twoSides();
    const { payer } = sides;
    const { id } = await issued(sides);
    const first = await paid(payer.call, id);
    await payer.call(CancelPaymentDocument, { paymentId: first.payment.id });
    expect(await look(id)).toMatchObject({ state: 'CREATED', payment: null });
    const second = await paid(payer.call, id);
    const past = { expiresAt: new Date(Date.now() - 1_000) };
    await gateway.deps.db.prisma.payment.update({ where: { id: second.payment.id }, data: past });
    await expirePayments(gateway.deps, 100);
    expect(await look(id)).toMatchObject({ state: 'CREATED', payment: null });
    expect((await paid(payer.call, id, true)).invoice.state).toBe('COMPLETED');
    await booksAreRight();
  });

  test('After its due date it is EXPIRED, and nobody pays it.', async () => {
    const sides = await twoSides();
    const { id } = await issued(sides, { dueAt: new Date(Date.now() + 60_000).toISOString() });
    const { payment } = await paid(sides.payer.call, id);
    const row = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id: payment.id } });
    expect(row.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
    await sides.payer.call(CancelPaymentDocument, { paymentId: payment.id });
    await gateway.deps.db.prisma.invoice.update({ where: { id }, data: { dueAt: new Date(Date.now() - 1_000) } });
    expect(await look(id)).toMatchObject({ state: 'EXPIRED' });
    expect(await listed(sides.payer, sides.from, 'INCOMING', { states: ['EXPIRED'] })).toEqual([id]);
    expect(await listed(sides.payer, sides.from, 'INCOMING', { states: ['CREATED'] })).toEqual([]);
    expect(await refused(() => pay(sides.payer.call, id, true))).toMatchObject(invoiceState('EXPIRED'));
  });
});

describe('Refused, and nothing moved', () => {
  test('What cannot be asked for: nobody, oneself, nothing, a stranger, in the past.', async () => {
    const sides = await twoSides();
    const { issuer, payer, to } = sides;
    const create = (extra: object, call = issuer.call) =>
      refused(() => call(CreateInvoiceDocument, { input: inputOf(sides, extra) }));
    expect(await create({ payer: undefined })).toMatchObject(invalid('input.payer'));
    expect(await create({ payer: { walletId: to } })).toMatchObject(invalid('input.payer'));
    expect(await create({ payer: { walletId: sides.from, phone: newPhone() } })).toMatchObject(invalid('input.payer'));
    expect(await create({ payer: { phone: '+7' } })).toMatchObject(invalid('input.payer.phone'));
    expect(await create({ payer: { phone: newPhone() } })).toMatchObject(notFound);
    expect(await create({ payer: { walletId: await other.wallet() } })).toMatchObject(notFound);
    expect(await create({}, payer.call)).toMatchObject(notFound);
    expect(await create({}, other.call)).toMatchObject(notFound);
    expect(await create({ amount: rub('0') })).toMatchObject(invalid('input.amount.amount'));
    expect(await create({ amount: rub('-1') })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await create({ amount: { amount: '1', currency: 'USD' } })).toMatchObject(invalid('input.amount.currency'));
    expect(await create({ message: 'x'.repeat(256) })).toMatchObject(invalid('input.message'));
    expect(await create({ dueAt: new Date(0).toISOString() })).toMatchObject(invalid('input.dueAt'));
    expect(await create({ idempotencyKey: '' })).toMatchObject(invalid('input.idempotencyKey'));
    const input = inputOf(sides);
    await issuer.call(CreateInvoiceDocument, { input });
    const changed = { input: { ...input, amount: rub('31') } };
    expect(await refused(() => issuer.call(CreateInvoiceDocument, changed))).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  test('Each side does its own part only, and strangers see nothing.', async () => {
    const sides = await twoSides();
    const { id } = await issued(sides);
    const stranger = await shop.customer();
    expect(await look(id, stranger.call)).toBeNull();
    expect(await look(id, other.call)).toBeNull();
    for (const call of [sides.issuer.call, stranger.call, other.call]) {
      expect(await refused(() => pay(call, id, true))).toMatchObject(notFound);
      expect(await refused(() => reject(call, id))).toMatchObject(notFound);
    }
    for (const call of [sides.payer.call, stranger.call, other.call])
      expect(await refused(() => cancel(call, id))).toMatchObject(notFound);
    expect(await look(id)).toMatchObject({ state: 'CREATED' });
  });

  test('Paying twice, and ending what is being paid or is paid.', async () => {
    const sides = await twoSides();
    const { id } = await issued(sides);
    const { payment } = await paid(sides.payer.call, id);
    const ends = [
      () => pay(sides.payer.call, id),
      () => reject(sides.payer.call, id),
      () => cancel(sides.issuer.call, id),
    ];
    for (const end of ends) expect(await refused(end)).toMatchObject(invoiceState('PROCESSING'));
    await sides.payer.call(ConfirmPaymentDocument, { paymentId: payment.id });
    for (const end of ends) expect(await refused(end)).toMatchObject(invoiceState('COMPLETED'));
    expect([await posted(sides.from), await posted(sides.to)]).toEqual(['7000', '3000']);
  });

  test('Without the money, or with a blocked wallet, it stays to be paid.', async () => {
    const sides = await twoSides();
    const dear = await issued(sides, { amount: rub('100.01') });
    for (const confirm of [true, false])
      expect(await refused(() => pay(sides.payer.call, dear.id, confirm))).toMatchObject({
        code: 'INSUFFICIENT_FUNDS',
      });
    const { id } = await issued(sides);
    await gateway.deps.db.prisma.wallet.update({ where: { id: sides.from }, data: { status: 'BLOCKED' } });
    expect(await refused(() => pay(sides.payer.call, id, true))).toMatchObject(walletState('BLOCKED'));
    expect([await look(dear.id), await look(id)]).toMatchObject([{ state: 'CREATED' }, { state: 'CREATED' }]);
  });
});

describe('Two at once', () => {
  test('Eight pays of one invoice pay it once.', async () => {
    const sides = await twoSides();
    const { id } = await issued(sides);
    const answers = await Promise.all(Array.from({ length: 8 }, () => pay(sides.payer.call, id, true)));
    const names = answers.map(({ invoicePay }) => invoicePay?.__typename).sort();
    expect(names).toEqual(['InvoicePaySuccess', ...Array.from({ length: 7 }, () => 'StateError')]);
    expect([await posted(sides.from), await posted(sides.to)]).toEqual(['7000', '3000']);
    await booksAreRight();
  });

  test('A pay and a cancel: one of them happens.', async () => {
    for (let round = 0; round < 5; round++) {
      const sides = await twoSides();
      const { id } = await issued(sides);
      const [{ invoicePay }, { invoiceCancel }] = await Promise.all([
        pay(sides.payer.call, id, true),
        cancel(sides.issuer.call, id),
      ]);
      const won = invoicePay?.__typename === 'InvoicePaySuccess';
      expect(invoiceCancel?.__typename).toBe(won ? 'StateError' : 'InvoiceCancelSuccess');
      expect(await look(id)).toMatchObject({ state: won ? 'COMPLETED' : 'CANCELLED' });
      expect(await posted(sides.to)).toBe(won ? '3000' : '0');
    }
    await booksAreRight();
  });
});
