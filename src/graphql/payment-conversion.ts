import { mayAct } from '../domain/payment/store.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { MoneyRef, money } from './money.ts';
import { PaymentRef } from './refs.ts';

/** What a payment that converts has beside the others. */

builder.objectField(PaymentRef, 'destinationAmount', (t) =>
  t.field({
    type: MoneyRef,
    nullable: true,
    description: 'What arrives, in the destination’s currency, where the payment converts.',
    resolve: ({ row: { destinationMinor: minor, destinationCurrency: currency } }) =>
      minor !== null && currency !== null ? money(minor, currency) : null,
  }),
);
builder.objectField(PaymentRef, 'exchangeRate', (t) =>
  t.field({
    type: 'Decimal',
    nullable: true,
    description:
      'Units of the payer’s currency for one of the destination’s, where the payment converts; shown to its maker.',
    resolve: ({ row }, _args, context) => (mayAct(signedIn(context), row) ? row.exchangeRate : null),
  }),
);
