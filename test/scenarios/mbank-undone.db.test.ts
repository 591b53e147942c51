import { describe, expect, test } from 'vitest';
import {
  CreateInvoiceDocument,
  CreatePayoutDocument,
  CreateTransferDocument,
  InvoiceDocument,
  PayInvoiceDocument,
  SetLimitsDocument,
  WalletInvoicesDocument,
  WalletLimitsDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import type { EventType } from '../../src/events/event.ts';
import { mirroredWalletAccount } from '../../src/ledger/account.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { figures, linkedWallet } from '../support/provider-wallets.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);

/** Follows a payment until it has this status. */
async function until(id: string, status: string): Promise<void> {
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id, follow: true });
  for await (const { paymentUpdated } of watched.rest()) if (paymentUpdated.status === status) break;
}

const payout = (fromWalletId: string, amount: string) =>
  call(CreatePayoutDocument, {
    input: {
      idempotencyKey: unique('payout'),
      fromWalletId,
      amount: rub(amount),
      destination: { phone: '+79261111111' },
      confirm: true,
    },
  });
const paid = async (walletId: string, amount: string) =>
  done((await payout(walletId, amount)).payoutCreate, 'PayoutCreateSuccess').payment.id;
/** Runs a control action of the emulator on a payment of ours. */
const act = async (action: string, id: string) => mbank.act(action, { id: await mbank.referenceOf(id) });
/** What is used up of the caps with a period: how much, in how many operations. */
async function used(walletId: string) {
  const limits = (await call(WalletLimitsDocument, { id: walletId })).wallet?.limits ?? [];
  const counted = limits.flatMap(({ kind, window, spent, count }) =>
    spent && (window === 'DAY' || window === 'MONTH') ? [[`${kind} ${window}`, `${spent.amount} in ${count}`]] : [],
  );
  return Object.fromEntries(counted);
}
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

describe('The caps of a wallet whose payment mbank takes back', () => {
  test('An undone payout counts no more and makes room for another; redone it counts again, whatever the cap says.', async () => {
    const walletId = await fundedWalletOf(call, newPhone(), '1000');
    const limits = [{ kind: 'PAYOUT' as const, window: 'DAY' as const, max: rub('150') }];
    done((await call(SetLimitsDocument, { walletId, limits })).walletSetLimits, 'WalletSetLimitsSuccess');
    const first = await paid(walletId, '100');
    await until(first, 'COMPLETED');
    const once = { 'PAYOUT DAY': '100.00 in 1', 'TRANSFER DAY': '0.00 in 0', 'TURNOVER MONTH': '100.00 in 1' };
    expect(await used(walletId)).toEqual(once);
    expect(await booksStay(gateway, () => refusal(payout(walletId, '100')))).toMatchObject({ code: 'LIMIT_EXCEEDED' });

    await act('payment.undo', first);
    await until(first, 'REVERSED');
    const never = { 'PAYOUT DAY': '0.00 in 0', 'TRANSFER DAY': '0.00 in 0', 'TURNOVER MONTH': '0.00 in 0' };
    expect(await used(walletId)).toEqual(never);
    const second = await paid(walletId, '100');
    await until(second, 'COMPLETED');
    expect(await used(walletId)).toEqual(once);

    await act('payment.redo', first);
    await until(first, 'COMPLETED');
    const twice = { ...once, 'PAYOUT DAY': '200.00 in 2', 'TURNOVER MONTH': '200.00 in 2' };
    expect(await used(walletId)).toEqual(twice);
    expect(await booksStay(gateway, () => refusal(payout(walletId, '1')))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: { kind: 'PAYOUT', window: 'DAY', remaining: { amount: '0.00' } },
    });
    await booksAreRight();
  });

  test('A transfer of a wallet at mbank gives back and takes again what it used up.', async () => {
    const [from, to] = [await linkedWallet(call, mbank, 500), await linkedWallet(call, mbank, 0)];
    const input = { idempotencyKey: unique('transfer'), fromWalletId: from, to: { walletId: to }, amount: rub('40') };
    const { transferCreate } = await call(CreateTransferDocument, { input: { ...input, confirm: true } });
    const { id } = done(transferCreate, 'TransferCreateSuccess').payment;
    const usage = () => gateway.deps.db.prisma.limitUsage.findMany({ where: { walletId: { in: [from, to] } } });
    const spent = async () => (await usage()).map(({ spentMinor, count }) => [spentMinor, count]);
    const once = [
      [4_000n, 1],
      [4_000n, 1],
    ];
    await until(id, 'COMPLETED');
    expect(await spent()).toEqual(once);
    await act('payment.undo', id);
    await until(id, 'REVERSED');
    expect(await spent()).toEqual([
      [0n, 0],
      [0n, 0],
    ]);
    await act('payment.redo', id);
    await until(id, 'COMPLETED');
    expect(await spent()).toEqual(once);
    await booksAreRight();
  });

  test('A payout that was refused and is proven after all counts once.', async () => {
    const walletId = await fundedWalletOf(call, newPhone(), '1000');
    mbank.act('settings', { execution: 'pending' });
    mbank.sandbox.control.withholdWebhooks('mbank');
    const id = await paid(walletId, '100');
    await act('payment.complete', id);
    await act('payment.undo', id);
    expect((await resolveUpstream(gateway.deps, id, 1)).payment.status).toBe('DECLINED');
    const counted = async () => (await used(walletId))['TURNOVER MONTH'];
    expect(await counted()).toBe('0.00 in 0');
    await act('payment.redo', id);
    mbank.sandbox.control.releaseWebhooks('mbank');
    await until(id, 'COMPLETED');
    expect(await counted()).toBe('100.00 in 1');
    await act('payment.undo', id);
    await until(id, 'REVERSED');
    expect(await counted()).toBe('0.00 in 0');
    await booksAreRight();
  });
});

describe('An invoice at mbank whose payment mbank takes back', () => {
  const look = async (id: string) => (await call(InvoiceDocument, { id })).invoice;
  const pay = (invoiceId: string) =>
    call(PayInvoiceDocument, { input: { idempotencyKey: unique('pay'), invoiceId, confirm: true } });
  /** An invoice between two wallets that are known here, paid. */
  async function paidInvoice() {
    mbank.act('settings', { execution: 'complete' });
    const [to, from] = [await linkedWallet(call, mbank, 0), await linkedWallet(call, mbank, 100)];
    const input = { recipientWalletId: to, payer: { walletId: from }, amount: rub('30'), message: unique('Dinner') };
    const { invoiceCreate } = await call(CreateInvoiceDocument, {
      input: { idempotencyKey: unique('invoice'), ...input },
    });
    const { invoice } = done(invoiceCreate, 'InvoiceCreateSuccess');
    const { payment } = done((await pay(invoice.id)).invoicePay, 'InvoicePaySuccess');
    await until(payment.id, 'COMPLETED');
    expect(await look(invoice.id)).toMatchObject({ state: 'COMPLETED' });
    return { id: invoice.id, reference: invoice.reference ?? '', paymentId: payment.id, from, to };
  }
  const stateAtMbank = (id: string, status: string) => mbank.act('invoice.status', { id, status });

  /** The payer's list, which is read from mbank. */
  const listed = async (id: string) => {
    const { wallet } = await call(WalletInvoicesDocument, { id, direction: 'INCOMING' });
    return wallet?.invoices.edges.map(({ node }) => node);
  };

  /** With which step of a payment its invoice was told to change, from the undo on. */
  async function told(paymentId: string) {
    const types: EventType[] = ['INVOICE_UPDATED', 'PAYMENT_REVERSED', 'PAYMENT_COMPLETED'];
    const read = () => recordedEvents(gateway.deps.db, { paymentId, types });
    await expect.poll(async () => (await read()).at(-1)?.type).toBe('INVOICE_UPDATED');
    const events = await read();
    const after = events.slice(events.findIndex(({ type }) => type === 'PAYMENT_REVERSED'));
    return after.flatMap(({ type, data, recordedAt }) =>
      type === 'INVOICE_UPDATED'
        ? [
            [
              after.find((one) => one.recordedAt.getTime() === recordedAt.getTime())?.type,
              (data as { state: string }).state,
            ],
          ]
        : [],
    );
  }

  test('It is declined, as mbank has it, and paid again by the redo; both are told with the payment.', async () => {
    const { id, paymentId, from } = await paidInvoice();
    await act('payment.undo', paymentId);
    await until(paymentId, 'REVERSED');
    const undone = { state: 'DECLINED', payment: { id: paymentId, status: 'REVERSED' } };
    expect(await look(id)).toMatchObject(undone);
    expect(await listed(from)).toMatchObject([undone]);
    expect(await booksStay(gateway, () => refusal(pay(id)))).toMatchObject({
      code: 'INVOICE_STATE',
      state: 'DECLINED',
    });
    await act('payment.redo', paymentId);
    await until(paymentId, 'COMPLETED');
    expect(await look(id)).toMatchObject({ state: 'COMPLETED', payment: { id: paymentId } });
    expect(await told(paymentId)).toEqual([
      ['PAYMENT_REVERSED', 'DECLINED'],
      ['PAYMENT_COMPLETED', 'COMPLETED'],
    ]);
    await booksAreRight();
  });

  test('Where mbank opens it again it can be paid again; an undone payment pays it no more, whatever an old list says.', async () => {
    const { id, reference, paymentId, from } = await paidInvoice();
    await act('payment.undo', paymentId);
    await until(paymentId, 'REVERSED');
    stateAtMbank(reference, 'completed');
    expect(await listed(from)).toMatchObject([{ id, state: 'DECLINED' }]);
    stateAtMbank(reference, 'created');
    expect(await listed(from)).toMatchObject([{ id, state: 'CREATED', payment: null }]);
    const { payment } = done((await pay(id)).invoicePay, 'InvoicePaySuccess');
    await until(payment.id, 'COMPLETED');
    expect(await listed(from)).toMatchObject([{ id, state: 'COMPLETED', payment: { id: payment.id } }]);
    stateAtMbank(reference, 'processing');
    expect(await listed(from)).toMatchObject([{ id, state: 'COMPLETED' }]);
    await booksAreRight();
  });
});

describe('A balance that is read before the notification of an undo has come', () => {
  const { prisma } = gateway.deps.db;
  const adjustments = (walletId: string) => {
    const { id } = mirroredWalletAccount(partnerId, walletId, 'RUB');
    const ofWallet = { OR: [{ debitAccountId: id }, { creditAccountId: id }] };
    return prisma.journalEntry.count({ where: { code: 'MIRROR_ADJUSTED', postings: { some: ofWallet } } });
  };
  const sources = async (paymentId: string) =>
    (await prisma.paymentTransition.findMany({ where: { paymentId }, orderBy: { version: 'asc' } })).map(
      ({ to, source }) => `${to} ${source}`,
    );

  test('The payment is found undone, and redone, in the history; nothing is adjusted, and the notification finds it done.', async () => {
    const walletId = await linkedWallet(call, mbank, 1_000);
    const id = await paid(walletId, '100');
    await until(id, 'COMPLETED');
    mbank.sandbox.control.withholdWebhooks('mbank');
    await act('payment.undo', id);
    expect(await figures(call, walletId)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    expect((await sources(id)).at(-1)).toBe('REVERSED POLL');
    await act('payment.redo', id);
    expect(await figures(call, walletId)).toEqual({ posted: '897.00', pending: '0.00', upstream: '897.00' });
    const known = await sources(id);
    expect(known.at(-1)).toBe('COMPLETED POLL');
    mbank.sandbox.control.releaseWebhooks('mbank');
    await mbank.sandbox.control.idle();
    await expect.poll(() => prisma.webhookReceipt.count({ where: { handledAt: null } }), { timeout: 10_000 }).toBe(0);
    expect(await sources(id)).toEqual(known);
    expect(await figures(call, walletId)).toEqual({ posted: '897.00', pending: '0.00', upstream: '897.00' });
    expect(await adjustments(walletId), 'the opening balance only').toBe(1);
    await booksAreRight();
  });

  test('While the history cannot be read nothing is adjusted, and the figure is not shown.', async () => {
    const walletId = await linkedWallet(call, mbank, 1_000);
    const id = await paid(walletId, '100');
    await until(id, 'COMPLETED');
    mbank.sandbox.control.withholdWebhooks('mbank');
    await act('payment.undo', id);
    mbank.sandbox.control.fault({ provider: 'mbank', operation: 'payments.list', kind: 'status', times: 4 });
    expect(await figures(call, walletId)).toEqual({ posted: '897.00', pending: '0.00', upstream: null });
    mbank.sandbox.control.clearFaults('mbank');
    expect(await figures(call, walletId)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    mbank.sandbox.control.releaseWebhooks('mbank');
    expect(await adjustments(walletId)).toBe(1);
    await booksAreRight();
  });
});
