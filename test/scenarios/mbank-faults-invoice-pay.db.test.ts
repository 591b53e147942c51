import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { done } from '../support/builders.ts';
import { callFaults } from '../support/call-faults.ts';
import { spoil } from '../support/mbank-faults.ts';
import { type IssuedInvoice, startInvoicePaying, untouched } from '../support/mbank-invoice-pay.ts';
import { figures } from '../support/provider-wallets.ts';

/**
 * An invoice is paid at mbank in two writes: mbank makes the transfer, under an id of its own, and the transfer is paid. Each
 * write, each fault, over HTTP.
 */

const { call, mbank, prisma, issued, pay, transfers, pass, confirmed, resolve, waits, isConfirmed, isPaidOnce } =
  await startInvoicePaying();

afterEach(() => mbank.sandbox.control.clearFaults());

const never = callFaults.filter(([, fault]) => fault.when === 'before' && fault.kind !== 'hold');
const acted = callFaults.filter((one) => !never.includes(one));

test.each(never)(
  'The transfer is not made: its call %s. The same key makes it, and it is paid once.',
  async (_title, fault) => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', fault);
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    await waits(invoice);
    await isConfirmed(invoice);
    await isPaidOnce(invoice);
  },
);

test.each(acted)('The transfer is made: its call %s. It is found, and paid once.', async (_title, fault) => {
  const invoice = await issued();
  spoil(mbank, 'invoices.pay', fault);
  const late = fault.when === 'before';
  expect(await pay(invoice)).toMatchObject({
    __typename: late ? 'ProviderUnavailableError' : 'InvoicePaySuccess',
  });
  mbank.sandbox.control.releaseAnswers();
  await expect.poll(() => transfers(invoice)).toEqual(['created']);
  expect(await figures(call, invoice.from)).toEqual(untouched);
  await isConfirmed(invoice);
  await isPaidOnce(invoice);
});

test.each(acted)(
  'The transfer is made: its call %s, and nobody can look for it. It is neither given up nor made twice.',
  async (_title, fault) => {
    const invoice = await issued();
    spoil(mbank, 'invoices.pay', fault);
    spoil(mbank, 'invoices.inbox', { kind: 'status', status: 500, when: 'before' }, 99);
    expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
    mbank.sandbox.control.releaseAnswers();
    for (const _again of [1, 2]) {
      expect(await pay(invoice)).toMatchObject({ __typename: 'ProviderUnavailableError' });
      await waits(invoice);
      pass(31_000);
    }
    mbank.sandbox.control.clearFaults();
    await isConfirmed(invoice);
    await isPaidOnce(invoice);
  },
);

describe.each(callFaults)('The call that pays the transfer %s', (_title, fault) => {
  let invoice: IssuedInvoice;
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
