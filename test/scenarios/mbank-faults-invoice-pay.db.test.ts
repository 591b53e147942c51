import { beforeAll, describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateInvoiceDocument,
  InvoiceDocument,
  PayInvoiceDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { callFaults, PATIENCE, spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { figures, linkedWallet } from '../support/provider-wallets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * An invoice is paid at mbank in two writes: mbank makes the transfer, under an id of its own, and the transfer is paid. Each
 * write, each fault, over HTTP.
 */

/** A clock that stands still until it is moved. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const untouched = { posted: '100.00', pending: '0.00', upstream: '100.00' };

/** An invoice of 30 rubles between two wallets that have 100 each. */
async function issued() {
  const phone = newPhone();
  const to = await linkedWallet(call, mbank, 100, newPhone());
  const from = await linkedWallet(call, mbank, 100, phone);
  const input = {
    idempotencyKey: unique('invoice'),
    recipientWalletId: to,
    payer: { walletId: from },
    amount: rub('30'),
    message: unique('For the dinner'),
  };
  const { invoice } = done((await call(CreateInvoiceDocument, { input })).invoiceCreate, 'InvoiceCreateSuccess');
  return { invoiceId: invoice.id, from, to, phone, key: unique('pay') };
}
type Issued = Awaited<ReturnType<typeof issued>>;

const pay = async ({ invoiceId, key }: Issued) =>
  (await call(PayInvoiceDocument, { input: { idempotencyKey: key, invoiceId, confirm: false } })).invoicePay;
const stateOf = async ({ invoiceId }: Issued) => (await call(InvoiceDocument, { id: invoiceId })).invoice?.state;
/** The statuses of the transfers that mbank has made of the payer’s invoices. */
const transfers = async ({ phone }: Issued) => {
  const path = '/payments?type=p2p&status=created,processing,completed,declined';
  return ((await mbank.elsewhere(phone, 'GET', path)) as { status: string }[]).map(({ status }) => status);
};
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

async function confirmed(paymentId: string): Promise<string> {
  const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId });
  return done(paymentConfirm, 'PaymentConfirmSuccess').payment.status;
}

async function resolve(paymentId: string): Promise<string> {
  for (let round = 1; round <= 10; round += 1) {
    now = new Date(now.getTime() + 31_000);
    const { payment, lookAgainAt } = await resolveUpstream(gateway.deps, paymentId, round);
    if (!lookAgainAt) return payment.status;
  }
  throw new Error('the payment did not end');
}

async function isPaidOnce(invoice: Issued): Promise<void> {
  expect(await transfers(invoice)).toEqual(['completed']);
  expect(await figures(call, invoice.from)).toEqual({ posted: '70.00', pending: '0.00', upstream: '70.00' });
  expect(await figures(call, invoice.to)).toEqual({ posted: '130.00', pending: '0.00', upstream: '130.00' });
  await expect.poll(() => stateOf(invoice)).toBe('COMPLETED');
  await booksAreRight();
}

const never = callFaults.filter(([, fault]) => fault.when === 'before' && fault.kind !== 'hold');
const acted = callFaults.filter((one) => !never.includes(one));

test.each(never)(
  'The transfer is not made: its call %s. The same key makes it, and it is paid once.',
  async (_title, fault) => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', fault);
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    expect(await figures(call, invoice.from)).toEqual(untouched);
    const { payment } = done(await pay(invoice), 'InvoicePaySuccess');
    expect(await confirmed(payment.id)).toMatch(/PROCESSING|COMPLETED/);
    expect(await resolve(payment.id)).toBe('COMPLETED');
    await isPaidOnce(invoice);
  },
);

test.each(acted)(
  'The transfer is made: its call %s. It is never made twice, nothing moves, and the invoice says so.',
  async (_title, fault) => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', fault);
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    mbank.sandbox.control.releaseAnswers();
    await expect.poll(() => transfers(invoice)).toEqual(['created']);
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderRejectedError' });
    expect(await transfers(invoice)).toEqual(['created']);
    expect(await stateOf(invoice)).toBe('PROCESSING');
    expect(await prisma.hold.count({ where: { state: 'OPEN' } })).toBe(0);
    expect([await figures(call, invoice.from), await figures(call, invoice.to)]).toEqual([untouched, untouched]);
    await booksAreRight();
  },
);

describe.each(callFaults)('The call that pays the transfer %s', (_title, fault) => {
  let invoice: Issued;
  let paymentId: string;
  beforeAll(async () => {
    invoice = await issued();
    paymentId = done(await pay(invoice), 'InvoicePaySuccess').payment.id;
    mbank.sandbox.control.withholdWebhooks('mbank');
    spoil(mbank, 'payments.pay', fault);
  });

  test('It is held, then resolved to the truth, once.', async () => {
    expect(await confirmed(paymentId)).toBe('PROCESSING');
    const holds = await prisma.hold.findMany({ where: { paymentId } });
    expect(holds).toMatchObject([{ state: 'OPEN', remainingMinor: 3_000n }]);
    mbank.sandbox.control.releaseAnswers();
    expect(await resolve(paymentId)).toBe('COMPLETED');
    mbank.sandbox.control.releaseWebhooks('mbank');
    await isPaidOnce(invoice);
  });
});
