import type { Invoice } from '../db/generated/client.ts';
import { type InvoiceDirection, refreshInvoices, refreshIssued } from '../domain/invoice/mirror-invoices.ts';
import { openParties, type Parties } from '../domain/invoice/parties.ts';
import { stateAt } from '../domain/invoice/rules.ts';
import { visibleInvoices } from '../domain/invoice/store.ts';
import { findWallet } from '../domain/wallet/store.ts';
import { present } from '../lib/assert.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { FundingSourceKindEnum } from './enums.ts';
import { MoneyRef, money } from './money.ts';
import { AttributeRef } from './next-action.ts';
import { type PartyView, PaymentPartyRef } from './party.ts';
import { maskEmail, maskPhone } from './person.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { InvoiceRef, PaymentRef, paymentView, WalletRef } from './refs.ts';
import { wordsFor } from './words.ts';

const InvoiceStateEnum = described('InvoiceState', 'Where an invoice stands.', {
  CREATED: 'It waits to be paid.',
  PROCESSING: 'A payment for it was created and is not over yet.',
  COMPLETED: 'It is paid.',
  DECLINED: 'Its payment failed at the provider.',
  CANCELLED: 'The issuer took it back.',
  REJECTED: 'The payer will not pay.',
  EXPIRED: 'Nobody paid it in time.',
});
const InvoiceDirectionEnum = described('InvoiceDirection', 'Which side of an invoice a wallet is on.', {
  INCOMING: 'The wallet is asked to pay.',
  OUTGOING: 'The wallet asks.',
});

/** One side: a wallet known here, a phone at the provider, or nobody. Its phone is shown to the other side's owner. */
function partyOf(invoice: Invoice, side: 'payer' | 'recipient', context: Context): PartyView | null {
  const walletId = side === 'payer' ? invoice.payerWalletId : invoice.recipientWalletId;
  if (walletId) return { party: 'WALLET', walletId };
  const parties = openParties(context.deps.vault, invoice);
  if (side === 'recipient' && parties.merchant) return { party: 'MERCHANT', ...parties.merchant };
  const phone = side === 'payer' ? parties.payerPhone : parties.recipientPhone;
  if (!phone) {
    // the issuer is named, unless it was erased together with the payer
    if (side === 'recipient') return { party: 'EXTERNAL', description: 'Unknown' };
    return stranger(parties, seesPersonalData(context, invoice.recipientCustomerId));
  }
  const otherId = side === 'payer' ? invoice.recipientCustomerId : invoice.payerCustomerId;
  return { party: 'WALLET', walletId: null, phone: seesPersonalData(context, otherId) ? phone : maskPhone(phone) };
}

/** A payer who is known by an address or by an account with the issuer only. */
function stranger({ payerEmail, payerAccount }: Parties, whole: boolean): PartyView | null {
  const email = payerEmail && (whole ? payerEmail : maskEmail(payerEmail));
  const account = payerAccount && (whole ? payerAccount : '•••');
  const description = [email, account].filter(Boolean).join(', ');
  return description === '' ? null : { party: 'EXTERNAL', description };
}

InvoiceRef.implement({
  description: 'A request to be paid. A payment settles it.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'INVOICES_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    payer: t.field({
      type: PaymentPartyRef,
      nullable: true,
      description: 'Who is asked to pay; null when that is whoever holds the link.',
      resolve: (invoice, _args, context) => partyOf(invoice, 'payer', context),
    }),
    recipient: t.field({
      type: PaymentPartyRef,
      description: 'Who asks.',
      resolve: (invoice, _args, context) => present(partyOf(invoice, 'recipient', context), 'the issuer of an invoice'),
    }),
    amount: t.field({
      type: MoneyRef,
      description: 'How much.',
      resolve: ({ amountMinor, currency }) => money(amountMinor, currency),
    }),
    message: t.string({
      nullable: true,
      description: 'What the payer reads. Numbers in it are masked for callers who may not see personal data.',
      resolve: ({ message, recipientCustomerId, payerCustomerId }, _args, context) =>
        wordsFor(context, [recipientCustomerId, payerCustomerId], message),
    }),
    state: t.field({
      type: InvoiceStateEnum,
      description: 'Where it stands.',
      resolve: (invoice, _args, { deps }) => stateAt(invoice, deps.clock.now()),
    }),
    payment: t.field({
      type: PaymentRef,
      nullable: true,
      description:
        'What pays it; null while nothing does, for callers who may not see that payment, and where its provider tells that it is paid but not by which movement: so with what a wallet at QIWI has issued, whose money comes as a payment of its own.',
      resolve: async ({ paymentId }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('PAYMENTS_READ');
        const row = paymentId && mayRead ? await loaders.payment.load(paymentId) : null;
        return row && paymentView(row);
      },
    }),
    provider: t.field({
      type: ProviderRef,
      description: 'Who keeps it.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    reference: t.exposeString('reference', { nullable: true, description: 'The provider’s id of it.' }),
    number: t.exposeString('number', { nullable: true, description: 'The issuer’s own number.' }),
    payUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The page that pays it, where there is one: for whoever is to pay.',
      resolve: ({ payUrl }) => payUrl,
    }),
    payMethods: t.field({
      type: [FundingSourceKindEnum],
      description: 'By what it can be paid on that page; empty: by anything.',
      resolve: ({ payMethods }) => payMethods,
    }),
    attributes: t.field({
      type: [AttributeRef],
      description: 'What its issuer added for itself; shown to the issuer.',
      resolve: (invoice, _args, context) => {
        const viewer = signedIn(context);
        // they may be about people, whom the administrator does not see
        const own =
          viewer.kind === 'PARTNER' ||
          (viewer.kind === 'CUSTOMER' && viewer.customerId === invoice.recipientCustomerId);
        return own ? (openParties(context.deps.vault, invoice).attributes ?? []) : [];
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was issued, or first seen here.' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', nullable: true, description: 'When it last changed.' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true, description: 'Until when it can be paid.' }),
  }),
});

const InvoiceConnection = builder.connectionObject(
  { name: 'InvoiceConnection', type: InvoiceRef, description: 'A page of invoices.' },
  { name: 'InvoiceEdge', description: 'An invoice and its place in the list.' },
);

type State = Invoice['state'];

/** Those in these states at this instant; what has run out counts as EXPIRED from then on. */
function inStates(states: readonly State[], now: Date) {
  const live = { OR: [{ dueAt: null }, { dueAt: { gt: now } }] };
  const stored = states.filter((state) => state !== 'CREATED');
  return {
    OR: [
      { state: { in: stored } },
      ...(states.includes('CREATED') ? [{ state: 'CREATED' as const, ...live }] : []),
      ...(states.includes('EXPIRED') ? [{ state: 'CREATED' as const, dueAt: { lte: now } }] : []),
    ],
  };
}

builder.objectField(WalletRef, 'invoices', (t) =>
  t.field({
    type: InvoiceConnection,
    description: 'Invoices of the wallet, newest first. Of a wallet that a provider keeps, the provider is read first.',
    authScopes: { scope: 'INVOICES_READ' },
    args: {
      ...pageArgs,
      direction: t.arg({
        type: InvoiceDirectionEnum,
        required: true,
        description: 'Those to pay, or those it issued.',
      }),
      states: t.arg({ type: [InvoiceStateEnum], description: 'Only those in one of these states.' }),
      createdFrom: t.arg({ type: 'DateTime', description: 'Issued at or after this instant.' }),
      createdTo: t.arg({ type: 'DateTime', description: 'Issued before this instant.' }),
    },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: async (wallet, { direction, states, createdFrom, createdTo, ...args }, context) => {
      const { deps } = context;
      await refreshInvoices(deps, wallet, direction as InvoiceDirection);
      const conditions = [
        direction === 'INCOMING' ? { payerWalletId: wallet.id } : { recipientWalletId: wallet.id },
        states ? inStates(states, deps.clock.now()) : {},
        createdFrom ? { createdAt: { gte: createdFrom } } : {},
        createdTo ? { createdAt: { lt: createdTo } } : {},
        visibleInvoices(signedIn(context)),
      ];
      return pageByIdDescending<Invoice>(args, ({ where, ...page }) =>
        deps.db.prisma.invoice.findMany({ ...page, where: { AND: [where, ...conditions] } }),
      );
    },
  }),
);

builder.queryField('invoice', (t) =>
  t.field({
    type: InvoiceRef,
    nullable: true,
    description: 'One invoice by its id. Of one that waits at a provider, the provider is read first.',
    authScopes: { scope: 'INVOICES_READ' },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, context) => {
      const { loaders, deps } = context;
      const invoice = await loaders.invoice.load(id);
      if (!invoice || invoice.provider === 'LOCAL') return invoice;
      if (invoice.state !== 'CREATED' && invoice.state !== 'PROCESSING') return invoice;
      const { recipientWalletId, payerWalletId } = invoice;
      const viewer = signedIn(context);
      const issuer = recipientWalletId ? await findWallet(deps.db.prisma, viewer, recipientWalletId) : null;
      const payer = !issuer && payerWalletId ? await findWallet(deps.db.prisma, viewer, payerWalletId) : null;
      if (issuer) await refreshIssued(deps, issuer, invoice);
      if (payer) await refreshInvoices(deps, payer, 'INCOMING');
      return loaders.invoice.clear(id).load(id);
    },
  }),
);

builder.objectField(PaymentRef, 'invoice', (t) =>
  t.field({
    type: InvoiceRef,
    nullable: true,
    description: 'The invoice that it pays; null where there is none, and for callers who may not read invoices.',
    resolve: ({ row }, _args, { loaders, viewer }) => {
      const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('INVOICES_READ');
      return mayRead && (row.kind === 'TRANSFER' || row.kind === 'PAYOUT') ? loaders.invoiceOfPayment.load(row) : null;
    },
  }),
);
