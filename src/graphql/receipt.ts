import type { ReceiptFormat } from '../connectors/records.ts';
import type { Payment } from '../db/generated/client.ts';
import { fileLink } from '../domain/file/file-link.ts';
import { hasLine, walletOfSide } from '../domain/payment/reach-payment.ts';
import { mayHaveReceipt, receiptFormats } from '../domain/payment/read-receipt.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ReceiptFormatEnum } from './enums.ts';
import { badInput } from './errors.ts';
import { connectorFor, detailsOf, sideOf } from './payment-details.ts';
import { PaymentRef, type PaymentView } from './refs.ts';

interface ReceiptView {
  row: Payment;
  formats: readonly ReceiptFormat[];
}

/**
 * In which formats the caller can read the receipt of a payment; empty when there is none, or none yet. In a list it is what is
 * known here: a completed payment has one; the provider is asked only about the one payment that was asked for.
 */
export async function formatsOf(view: PaymentView, context: Context): Promise<readonly ReceiptFormat[]> {
  const { row } = view;
  const connector = mayHaveReceipt(row) ? await connectorFor(row, context) : null;
  const formats = connector ? receiptFormats(connector) : [];
  const side = sideOf(row, context);
  const walletId = formats.length > 0 ? walletOfSide(row, side) : null;
  const wallet = walletId ? await context.loaders.counterparty.load(walletId) : null;
  if (formats.length === 0 || !hasLine(wallet, side)) return [];
  const actions = connector?.history?.tellsActions ? (await detailsOf(view, context))?.actions : undefined;
  return actions && !actions.includes('RECEIPT') ? [] : formats;
}

const ReceiptRef = builder.objectRef<ReceiptView>('Receipt').implement({
  description: 'The receipt that a provider makes of a payment.',
  fields: (t) => ({
    formats: t.field({
      type: [ReceiptFormatEnum],
      description: 'The kinds of file in which it can be read.',
      resolve: ({ formats }) => [...formats],
    }),
    url: t.field({
      type: 'URL',
      description:
        'A link to the file, good for ten minutes for whoever has it. The file is read from the provider when the link is opened, and is not kept here.',
      args: { format: t.arg({ type: ReceiptFormatEnum, required: true, description: 'One of `formats`.' }) },
      resolve: ({ row, formats }, { format }, context) => {
        if (!formats.includes(format))
          throw badInput(`format: this receipt can be read as ${formats.join(' or ')}, not as ${format}.`);
        const { partnerId, id: paymentId } = row;
        const side = sideOf(row, context);
        return fileLink(context.deps, { kind: 'RECEIPT', partnerId, paymentId, side, format }).url;
      },
    }),
  }),
});

builder.objectField(PaymentRef, 'receipt', (t) =>
  t.field({
    type: ReceiptRef,
    nullable: true,
    description:
      'Its receipt. Null where its provider makes none, and while it is not ready; whether it is, is asked from the provider for the one payment of `Query.payment`.',
    resolve: async (view, _args, context) => {
      const formats = await formatsOf(view, context);
      return formats.length > 0 ? { row: view.row, formats } : null;
    },
  }),
);
