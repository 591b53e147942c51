import { invoiceLink } from '../domain/invoice/invoice-link.ts';
import { tenant } from './access.ts';
import { AttributeInput } from './attribute-input.ts';
import { builder } from './builder.ts';
import { FundingSourceKindEnum } from './enums.ts';
import { InvoicePayerInput } from './invoice-mutations.ts';
import { MoneyInputRef, minorAmount } from './money.ts';
import { withoutNulls } from './nulls.ts';
import { PaymentLinkRef } from './quote.ts';

const InvoiceLinkInput = builder.inputType('InvoiceLinkInput', {
  description: 'What the page that issues an invoice is to be filled in with.',
  fields: (t) => ({
    recipientWalletId: t.id({ required: true, description: 'The wallet that asks.' }),
    payer: t.field({ type: InvoicePayerInput, description: 'Who is asked to pay, where that is known.' }),
    amount: t.field({ type: MoneyInputRef, description: 'How much; whoever opens the page enters it when left out.' }),
    message: t.string({ description: 'What the payer reads, 255 characters at most.' }),
    number: t.string({ description: 'Your own number of the invoice: opened again, the page shows the same one.' }),
    dueAt: t.field({ type: 'DateTime', description: 'Until when the invoice can be paid.' }),
    payMethods: t.field({ type: [FundingSourceKindEnum], description: 'By what it may be paid.' }),
    returnUrl: t.field({ type: 'URL', description: 'Where the payer’s browser ends.' }),
    attributes: t.field({ type: [AttributeInput], description: 'Facts of your own.' }),
  }),
});

builder.queryField('invoiceLink', (t) =>
  t.field({
    type: PaymentLinkRef,
    nullable: true,
    description: 'A page of the provider that issues an invoice when it is opened. Nothing is created until then.',
    authScopes: { scope: 'INVOICES_READ' },
    args: { input: t.arg({ type: InvoiceLinkInput, required: true, description: 'What is asked for.' }) },
    resolve: (_root, { input: { amount, ...input } }, context) =>
      invoiceLink(context.deps, tenant(context), {
        ...withoutNulls(input),
        ...(amount ? { amount: minorAmount(amount, 'input.amount') } : {}),
      }),
  }),
);
