import type { Payment } from '../db/generated/client.ts';
import type { Scope } from '../db/generated/enums.ts';
import { refundableMinor } from '../domain/payment/refund-payment.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { PaymentActionCodeEnum } from './enums.ts';
import { connectorFor, detailsOf, sideOf } from './payment-details.ts';
import { formatsOf } from './receipt.ts';
import { PaymentRef, type PaymentView } from './refs.ts';

type Action = (typeof PaymentActionCodeEnum)['$inferType'];

const has = ({ viewer }: Context, scope: Scope): boolean =>
  viewer !== null && viewer.kind !== 'ADMIN' && viewer.scopes.has(scope);

const isMaker = (row: Payment, context: Context): boolean => sideOf(row, context) === 'MAKER';

/** What can be done here, by the state of the payment and the rights of the caller. */
function ownActions(row: Payment, context: Context): Action[] {
  const viewer = signedIn(context);
  const writes = has(context, 'PAYMENTS_WRITE');
  const receives =
    viewer.kind === 'PARTNER' || (viewer.kind === 'CUSTOMER' && viewer.customerId === row.destinationCustomerId);
  const atDesk = row.topUpMethod === 'BANK_TRANSFER' || row.topUpMethod === 'CASH';
  const settles = viewer.kind === 'PARTNER' && has(context, 'PAYMENTS_SETTLE') && atDesk;
  return [
    ...(row.status === 'CREATED' && writes && isMaker(row, context) ? (['CONFIRM', 'CANCEL'] as const) : []),
    ...(refundableMinor(row) > 0n && writes && receives ? (['REFUND'] as const) : []),
    ...(settles && (row.status === 'PROCESSING' || row.status === 'EXPIRED') ? (['SETTLE'] as const) : []),
  ];
}

/** What its provider offers for a payment that is done: read, mail, repeat, save. */
async function providerActions(view: PaymentView, context: Context): Promise<Action[]> {
  const { row } = view;
  const connector = row.status === 'COMPLETED' ? await connectorFor(row, context) : null;
  if (!connector) return [];
  const readable = (await formatsOf(view, context)).length > 0;
  const writes = has(context, 'PAYMENTS_WRITE') && isMaker(row, context);
  // a receipt that can be read can be mailed; of one that is only mailed nothing more is known
  const mailed = connector.receipts?.send && row.reference !== null && (readable || !connector.receipts.file);
  const told = connector.history?.tellsActions ? ((await detailsOf(view, context))?.actions ?? []) : [];
  return [
    ...(readable ? (['RECEIPT'] as const) : []),
    ...(mailed && writes ? (['RECEIPT_BY_EMAIL'] as const) : []),
    ...(writes ? told.filter((action) => action !== 'RECEIPT') : []),
  ];
}

builder.objectField(PaymentRef, 'availableActions', (t) =>
  t.field({
    type: [PaymentActionCodeEnum],
    description:
      'What the caller may do with it now, so that clients need not know the states. What a provider offers only for some payments (REPEAT, SAVE_AS_TEMPLATE) is asked from it for the one payment of `Query.payment`.',
    resolve: async (view, _args, context) => [
      ...ownActions(view.row, context),
      ...(await providerActions(view, context)),
    ],
  }),
);
