import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { DuplicateInvoiceDocument } from '../../schema/operations.ts';
import { done, unique } from '../support/builders.ts';
import type { CallFault } from '../support/call-faults.ts';
import { spoil } from '../support/mbank-faults.ts';
import { type IssuedInvoice, startInvoicePaying, untouched } from '../support/mbank-invoice-pay.ts';
import { figures } from '../support/provider-wallets.ts';

const bench = await startInvoicePaying();
const { call, mbank, prisma, issued, pay, stateOf, transfers, pass, waits, isConfirmed, isPaidOnce, booksAreRight } =
  bench;
afterEach(() => mbank.sandbox.control.clearFaults());

describe('Which transfer was made for us when the answer is lost', () => {
  const lost: CallFault = { kind: 'close', when: 'after' };
  /** The payer makes a transfer to the issuer with another client, of the same amount; answers its path. */
  async function elsewhere({ phone, toPhone }: IssuedInvoice, message?: string): Promise<string> {
    const order = { type: 'p2p', client_payment_id: randomUUID(), destination: toPhone, amount: 30, message };
    const { id } = (await mbank.elsewhere(phone, 'POST', '/payments', order)) as { id: number };
    return `/payments/${id}`;
  }
  const payElsewhere = ({ phone }: IssuedInvoice, path: string) => mbank.elsewhere(phone, 'POST', `${path}/pay`);
  /** The same once more. */
  async function again(invoice: IssuedInvoice): Promise<IssuedInvoice> {
    const input = { idempotencyKey: unique('again'), invoiceId: invoice.invoiceId };
    const { invoice: second } = done(
      (await call(DuplicateInvoiceDocument, { input })).invoiceDuplicate,
      'InvoiceDuplicateSuccess',
    );
    return { ...invoice, invoiceId: second.id, key: unique('pay') };
  }
  /** As mbank knows the invoice. */
  async function pathOf({ invoiceId }: IssuedInvoice): Promise<string> {
    const { reference } = await prisma.invoice.findUniqueOrThrow({ where: { id: invoiceId } });
    return `/invoices/${reference}`;
  }

  /** The payer has the invoice's transfer made by another client; answers its path. */
  async function takenElsewhere(invoice: IssuedInvoice): Promise<string> {
    const { data } = (await mbank.elsewhere(invoice.phone, 'POST', `${await pathOf(invoice)}/pay`)) as {
      data: { id: number };
    };
    return `/payments/${data.id}`;
  }

  test('A transfer with a text of its own is another one.', async () => {
    const invoice = await issued();
    await elsewhere(invoice, 'Something else');
    spoil(mbank, 'invoices.pay', lost);
    await isConfirmed(invoice);
    expect(await transfers(invoice)).toEqual(['completed', 'created']);
    expect(await figures(call, invoice.to)).toEqual({ posted: '130.00', pending: '0.00', upstream: '130.00' });
    await expect.poll(() => stateOf(invoice)).toBe('COMPLETED');
    await booksAreRight();
  });

  test('Of two that may be it none is taken; once the other is paid, which does not pay the invoice, ours is found.', async () => {
    const invoice = await issued();
    const twin = await elsewhere(invoice);
    spoil(mbank, 'invoices.pay', lost);
    for (const _again of [1, 2]) {
      expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
      await waits(invoice);
      expect(await transfers(invoice)).toEqual(['created', 'created']);
      pass(31_000);
    }
    await payElsewhere(invoice, twin);
    await expect.poll(() => transfers(invoice)).toEqual(['completed', 'created']);
    await isConfirmed(invoice);
    expect(await transfers(invoice)).toEqual(['completed', 'completed']);
    expect(await figures(call, invoice.from)).toEqual({ posted: '40.00', pending: '0.00', upstream: '40.00' });
    expect(await figures(call, invoice.to)).toEqual({ posted: '160.00', pending: '0.00', upstream: '160.00' });
    await expect.poll(() => stateOf(invoice)).toBe('COMPLETED');
    await booksAreRight();
  });

  test('Two invoices that are alike get one transfer each.', async () => {
    const first = await issued();
    const second = await again(first);
    for (const one of [first, second]) {
      spoil(mbank, 'invoices.pay', lost);
      expect(await pay(one)).toMatchObject({ __typename: 'InvoicePaySuccess' });
    }
    expect(await transfers(first)).toEqual(['created', 'created']);
    for (const one of [first, second]) await isConfirmed(one);
    expect(await transfers(first)).toEqual(['completed', 'completed']);
    expect(await figures(call, first.from)).toEqual({ posted: '40.00', pending: '0.00', upstream: '40.00' });
    for (const one of [first, second]) await expect.poll(() => stateOf(one)).toBe('COMPLETED');
    await booksAreRight();
  });

  test('What was paid from elsewhere meanwhile is not paid again: that payment is the one.', async () => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', { kind: 'close', when: 'before' });
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    await payElsewhere(invoice, await takenElsewhere(invoice));
    await expect.poll(() => transfers(invoice)).toEqual(['completed']);
    const { payment } = done(await pay(invoice), 'InvoicePaySuccess');
    expect(payment.status).toBe('COMPLETED');
    await isPaidOnce(invoice);
  });

  test('What was being paid from elsewhere long before is refused once no call of ours can be on its way.', async () => {
    const invoice = await issued();
    await takenElsewhere(invoice);
    pass(6 * 60_000);
    spoil(mbank, 'invoices.pay', { kind: 'close', when: 'before' });
    for (const _again of [1, 2]) {
      expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
      await waits(invoice);
    }
    pass(31_000);
    const refused = { __typename: 'ProviderRejectedError', providerCode: 'invoice_is_processing' };
    expect(await pay(invoice)).toMatchObject(refused);
    expect(await transfers(invoice)).toEqual(['created']);
    expect(await figures(call, invoice.from)).toEqual(untouched);
    await booksAreRight();
  });

  test('What is being paid from elsewhere is refused at once, though a transfer like it is there.', async () => {
    const invoice = await issued();
    await takenElsewhere(invoice);
    const refused = { __typename: 'ProviderRejectedError', providerCode: 'invoice_is_processing' };
    expect(await pay(invoice)).toMatchObject(refused);
    expect(await transfers(invoice)).toEqual(['created']);
    expect(await figures(call, invoice.from)).toEqual(untouched);
    await booksAreRight();
  });

  test('A withdrawn invoice is refused: nothing pays it.', async () => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', { kind: 'close', when: 'before' });
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    await mbank.elsewhere(invoice.toPhone, 'GET', `${await pathOf(invoice)}/cancel`);
    const refused = { __typename: 'ProviderRejectedError', providerCode: 'invoice_is_canceled' };
    expect(await pay(invoice)).toMatchObject(refused);
    expect(await transfers(invoice)).toEqual([]);
    expect(await figures(call, invoice.from)).toEqual(untouched);
    await expect.poll(() => stateOf(invoice)).toBe('CANCELLED');
    await booksAreRight();
  });
});
