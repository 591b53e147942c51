import { expect } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateInvoiceDocument,
  InvoiceDocument,
  PayInvoiceDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { startTestApp } from './app.ts';
import { done, newPhone, rub, unique } from './builders.ts';
import { PATIENCE } from './call-faults.ts';
import { startMbank } from './mbank.ts';
import { run } from './operations.ts';
import { figures, linkedWallet } from './provider-wallets.ts';
import { breaksInTheBooks } from './snapshot.ts';

/** An invoice of 30 rubles at mbank between two wallets that have 100 each, and the key under which it is paid. */
export interface IssuedInvoice {
  invoiceId: string;
  from: string;
  to: string;
  phone: string;
  toPhone: string;
  key: string;
}

/** What a wallet has before and while nothing has moved. */
export const untouched = { posted: '100.00', pending: '0.00', upstream: '100.00' };

/** A gateway whose clock stands still until it is moved, an mbank, and invoices that are paid there. */
export async function startInvoicePaying() {
  let now = new Date();
  const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
  const { partnerId, apiKey } = await gateway.partner();
  const call = run(gateway, apiKey);
  const mbank = await startMbank(gateway, partnerId);
  const { prisma } = gateway.deps.db;

  async function issued(): Promise<IssuedInvoice> {
    const [phone, toPhone] = [newPhone(), newPhone()];
    const to = await linkedWallet(call, mbank, 100, toPhone);
    const from = await linkedWallet(call, mbank, 100, phone);
    const input = {
      idempotencyKey: unique('invoice'),
      recipientWalletId: to,
      payer: { walletId: from },
      amount: rub('30'),
      message: unique('For the dinner'),
    };
    const { invoice } = done((await call(CreateInvoiceDocument, { input })).invoiceCreate, 'InvoiceCreateSuccess');
    return { invoiceId: invoice.id, from, to, phone, toPhone, key: unique('pay') };
  }

  /** Unconfirmed; once more with the same key. */
  const pay = async ({ invoiceId, key }: IssuedInvoice) =>
    (await call(PayInvoiceDocument, { input: { idempotencyKey: key, invoiceId, confirm: false } })).invoicePay;
  const stateOf = async ({ invoiceId }: IssuedInvoice) =>
    (await call(InvoiceDocument, { id: invoiceId })).invoice?.state;
  const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

  /** The statuses of the transfers that mbank has of the payer. */
  async function transfers({ phone }: IssuedInvoice): Promise<string[]> {
    const path = '/payments?type=p2p&status=created,processing,completed,declined';
    return ((await mbank.elsewhere(phone, 'GET', path)) as { status: string }[]).map(({ status }) => status).sort();
  }

  /** Nothing is held, moved or given up: the payment waits for its transfer, if there is one. */
  async function waits({ from, invoiceId }: IssuedInvoice): Promise<void> {
    const { paymentId } = await prisma.invoice.findUniqueOrThrow({ where: { id: invoiceId } });
    const payment = await prisma.payment.findUnique({ where: { id: paymentId ?? '' } });
    expect(payment).toMatchObject({ status: 'CREATED', reference: null });
    expect(await prisma.hold.count({ where: { state: 'OPEN' } })).toBe(0);
    expect(await figures(call, from)).toEqual(untouched);
    await booksAreRight();
  }

  /** Time goes by, here and at mbank. */
  function pass(ms: number): void {
    now = new Date(now.getTime() + ms);
    mbank.sandbox.control.advance(ms);
  }

  async function confirmed(paymentId: string): Promise<string> {
    const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId });
    return done(paymentConfirm, 'PaymentConfirmSuccess').payment.status;
  }

  async function resolve(paymentId: string): Promise<string> {
    for (let round = 1; round <= 10; round += 1) {
      pass(31_000);
      const { payment, lookAgainAt } = await resolveUpstream(gateway.deps, paymentId, round);
      if (!lookAgainAt) return payment.status;
    }
    throw new Error('the payment did not end');
  }

  /** Confirms what paying the invoice has made, and follows it to its end. */
  async function isConfirmed(invoice: IssuedInvoice): Promise<void> {
    const { payment } = done(await pay(invoice), 'InvoicePaySuccess');
    expect(await confirmed(payment.id)).toMatch(/PROCESSING|COMPLETED/);
    expect(await resolve(payment.id)).toBe('COMPLETED');
  }

  async function isPaidOnce(invoice: IssuedInvoice): Promise<void> {
    expect(await transfers(invoice)).toEqual(['completed']);
    expect(await figures(call, invoice.from)).toEqual({ posted: '70.00', pending: '0.00', upstream: '70.00' });
    expect(await figures(call, invoice.to)).toEqual({ posted: '130.00', pending: '0.00', upstream: '130.00' });
    await expect.poll(() => stateOf(invoice)).toBe('COMPLETED');
    await booksAreRight();
  }

  const checks = { waits, isConfirmed, isPaidOnce, booksAreRight };
  return { call, mbank, prisma, issued, pay, stateOf, transfers, pass, confirmed, resolve, ...checks };
}
