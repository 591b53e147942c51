import type { Payment } from '../db/generated/client.ts';
import { refundableMinor } from '../domain/payment/refund-payment.ts';
import { mayAct, visiblePayments } from '../domain/payment/store.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs } from './connection.ts';
import type { Context } from './context.ts';
import {
  DeclineReasonEnum,
  FundingSourceKindEnum,
  PaymentDirectionEnum,
  PaymentKindEnum,
  PaymentOriginEnum,
  PaymentStatusEnum,
  ProviderCodeEnum,
} from './enums.ts';
import { badInput } from './errors.ts';
import { MoneyRef, money } from './money.ts';
import { nextAction, PaymentNextActionRef } from './next-action.ts';
import { destinationParty, PaymentPartyRef, sourceParty } from './party.ts';
import { PaymentFilterInput } from './payment-filter.ts';
import { listPayments } from './payment-list.ts';
import { PaymentAttemptRef, PaymentTransitionRef } from './payment-timeline.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { PaymentConnection, PaymentRef, type PaymentView, paymentView, singlePayment, WalletRef } from './refs.ts';
import { wordsFor } from './words.ts';

/** The wallet from which this viewer sees the payment. */
function seenFrom({ row, seenFrom: through }: PaymentView, { viewer }: Context): string | null {
  if (through) return through;
  const receives =
    viewer?.kind === 'CUSTOMER' &&
    row.destinationCustomerId === viewer.customerId &&
    row.sourceCustomerId !== viewer.customerId;
  return receives || !row.sourceWalletId ? row.destinationWalletId : row.sourceWalletId;
}

/** Words on a payment, as this caller may read them. */
const wordsOf = ({ sourceCustomerId, destinationCustomerId }: Payment, text: string | null, context: Context) =>
  wordsFor(context, [sourceCustomerId, destinationCustomerId], text);

/** Is the caller the one who made it, or the partner? Then what concerns the maker alone is shown. */
const isMaker = (row: Payment, context: Context) => mayAct(signedIn(context), row);

const terminal = new Set<Payment['status']>(['COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'REVERSED']);

PaymentRef.implement({
  description: 'Money on its way: priced, confirmed, and followed to its end.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'PAYMENTS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    idempotencyKey: t.string({
      nullable: true,
      description: 'The key under which it was made; shown to its maker.',
      resolve: ({ row }, _args, context) => (isMaker(row, context) ? row.idempotencyKey : null),
    }),
    origin: t.field({
      type: PaymentOriginEnum,
      description: 'Made here, or learned from its provider.',
      resolve: ({ row }) => row.origin,
    }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'What carries it.',
      resolve: ({ row }) => providerByCode(row.provider),
    }),
    reference: t.string({
      nullable: true,
      description: 'Its number at the provider, the bank or the desk.',
      resolve: ({ row }, _args, context) => (isMaker(row, context) ? row.reference : null),
    }),
    kind: t.expose('kind', { type: PaymentKindEnum, description: 'Which way the money goes.' }),
    status: t.expose('status', { type: PaymentStatusEnum, description: 'Where it stands.' }),
    terminal: t.boolean({
      description: 'No further change is expected (a completed payment can still be reversed by its provider).',
      resolve: ({ row }) => terminal.has(row.status),
    }),
    amount: t.field({
      type: MoneyRef,
      description: 'What the payee gets.',
      resolve: ({ row }) => money(row.amountMinor, row.currency),
    }),
    fee: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the payer’s side pays on top; shown to its maker. Null while the provider is pricing.',
      resolve: ({ row }, _args, context) =>
        isMaker(row, context) && row.priced ? money(row.feeMinor, row.currency) : null,
    }),
    total: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'amount + fee: what the payer’s side is charged; shown to its maker.',
      resolve: ({ row }, _args, context) =>
        isMaker(row, context) && row.priced ? money(row.amountMinor + row.feeMinor, row.currency) : null,
    }),
    source: t.field({
      type: PaymentPartyRef,
      description: 'Where the money comes from.',
      resolve: (view, _args, context) => sourceParty(view, context),
    }),
    destination: t.field({
      type: PaymentPartyRef,
      description: 'Where the money goes.',
      resolve: (view, _args, context) => destinationParty(view, context),
    }),
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet from which the caller sees it.',
      resolve: (view, _args, context) => {
        const id = seenFrom(view, context);
        return id ? context.loaders.wallet.load(id) : null;
      },
    }),
    direction: t.field({
      type: PaymentDirectionEnum,
      description: 'Seen from `wallet`.',
      resolve: (view, _args, context) => (seenFrom(view, context) === view.row.sourceWalletId ? 'OUT' : 'IN'),
    }),
    nextAction: t.field({
      type: PaymentNextActionRef,
      nullable: true,
      description: 'What the client has to do now, if anything.',
      resolve: ({ row }, _args, context) => (isMaker(row, context) ? nextAction(row) : null),
    }),
    declineReason: t.field({
      type: DeclineReasonEnum,
      nullable: true,
      description: 'Why it was refused.',
      resolve: ({ row }) => row.declineReason,
    }),
    declineMessage: t.string({
      nullable: true,
      description: 'The same in words.',
      resolve: ({ row }, _args, context) => wordsOf(row, row.declineMessage, context),
    }),
    note: t.string({
      nullable: true,
      description:
        'What the payer wrote to the payee. Numbers in it, as in all words on a payment, are masked for callers who may not see personal data.',
      resolve: ({ row }, _args, context) => wordsOf(row, row.note, context),
    }),
    refundable: t.field({
      type: MoneyRef,
      description: 'What can still be given back.',
      resolve: ({ row }) => money(refundableMinor(row), row.currency),
    }),
    refunds: t.field({
      type: [PaymentRef],
      description: 'Payments that gave back from this one.',
      resolve: async ({ row }, _args, { loaders }) =>
        (await loaders.refunds.load(row.id)).map((refund) => paymentView(refund)),
    }),
    attempts: t.field({
      type: [PaymentAttemptRef],
      description: 'Each try at a provider; shown to its maker.',
      resolve: async ({ row }, _args, context) => {
        const attempts = isMaker(row, context) ? await context.loaders.attempts.load(row.id) : [];
        return attempts.map((attempt) => ({
          ...attempt,
          providerMessage: wordsOf(row, attempt.providerMessage, context),
        }));
      },
    }),
    receiptNumber: t.string({
      nullable: true,
      description: 'The payee’s own number of it.',
      resolve: ({ row }, _args, context) => (isMaker(row, context) ? row.receiptNumber : null),
    }),
    fundingSource: t.field({
      type: FundingSourceKindEnum,
      nullable: true,
      description: 'What pays.',
      resolve: ({ row }) => row.fundingSource,
    }),
    title: t.string({
      nullable: true,
      description: 'The provider’s ready-made text, for lists.',
      resolve: ({ row }, _args, context) => wordsOf(row, row.title, context),
    }),
    subtitle: t.string({
      nullable: true,
      description: 'The second line of it.',
      resolve: ({ row }, _args, context) => wordsOf(row, row.subtitle, context),
    }),
    description: t.string({
      nullable: true,
      description: 'The long form of it.',
      resolve: ({ row }, _args, context) => wordsOf(row, row.description, context),
    }),
    timeline: t.field({
      type: [PaymentTransitionRef],
      description: 'Every status it has had, who said so, and when it happened and was recorded.',
      resolve: async ({ row }, _args, context) => {
        const transitions = (await context.loaders.transitions.load(row.id)).filter(
          (transition) => transition.version <= row.version,
        );
        // an operator's evidence may name people
        const whole =
          isMaker(row, context) && (signedIn(context).kind !== 'CUSTOMER' || seesPersonalData(context, null));
        return transitions.map((transition) => ({
          ...transition,
          message: whole ? wordsOf(row, transition.message, context) : null,
        }));
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it was done.' }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself, if nothing happens before.',
      resolve: ({ row }) => row.expiresAt,
    }),
  }),
});

builder.queryFields((t) => ({
  payment: t.field({
    type: PaymentRef,
    nullable: true,
    description: 'One payment, by its id or by its number at a provider.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      provider: t.arg({ type: ProviderCodeEnum, description: 'With `reference`: the provider.' }),
      reference: t.arg.string({ description: 'With `provider`: the payment’s number there.' }),
    },
    resolve: async (_root, { id, provider, reference }, context) => {
      if (id && !provider && !reference) {
        const row = await context.loaders.payment.load(id);
        return row && singlePayment(row);
      }
      if (id || !provider || !reference)
        throw badInput('id, provider, reference: give `id`, or `provider` with `reference`.');
      const where = { AND: [{ provider, reference }, visiblePayments(signedIn(context))] };
      const row = await context.deps.db.prisma.payment.findFirst({ where });
      return row && singlePayment(row);
    },
  }),
  payments: t.field({
    type: PaymentConnection,
    description: 'Payments, newest first.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: { ...pageArgs, filter: t.arg({ type: PaymentFilterInput, description: 'Which of them.' }) },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: (_root, { filter, ...args }, context) => listPayments(context, args, filter ?? {}, null),
  }),
}));
