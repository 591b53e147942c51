import type { JournalEntry, LedgerAccount, Posting } from '../db/generated/client.ts';
import { type TrialBalanceLine, trialBalance } from '../ledger/balance.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { LedgerAccountKindEnum } from './enums.ts';
import { MoneyRef, money } from './money.ts';
import { PaymentRef, paymentView, WalletRef } from './refs.ts';

type EntryWithPostings = JournalEntry & { postings: Posting[] };

/** Whose books the viewer may read: one partner's, or everybody's (administrator). */
const booksOf = (context: Context) => {
  const viewer = signedIn(context);
  return viewer.kind === 'ADMIN' ? {} : { partnerId: viewer.partnerId };
};

/** The books are read by operators and by partners' servers; a session has no scope for them. */
const mayRead = { scope: 'LEDGER_READ' } as const;

export const LedgerAccountRef = builder.objectRef<LedgerAccount>('LedgerAccount');
LedgerAccountRef.implement({
  description: 'An account of the chart: one partner, one currency, four counters.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: mayRead,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    code: t.exposeString('code', {
      description: 'What it is for: wallet, fee income, bank and the like, with whose it is.',
    }),
    kind: t.expose('kind', { type: LedgerAccountKindEnum, description: 'The side on which it grows.' }),
    currency: t.expose('currency', { type: 'Currency', description: 'Its one currency.' }),
    postedDebits: t.field({
      type: MoneyRef,
      description: 'Σ posted debits.',
      resolve: (a) => money(a.postedDebits, a.currency),
    }),
    postedCredits: t.field({
      type: MoneyRef,
      description: 'Σ posted credits.',
      resolve: (a) => money(a.postedCredits, a.currency),
    }),
    pendingDebits: t.field({
      type: MoneyRef,
      description: 'Σ open holds on its debit side.',
      resolve: (a) => money(a.pendingDebits, a.currency),
    }),
    pendingCredits: t.field({
      type: MoneyRef,
      description: 'Σ open holds on its credit side.',
      resolve: (a) => money(a.pendingCredits, a.currency),
    }),
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet whose book it is.',
      resolve: ({ walletId }, _args, { loaders }) => (walletId ? loaders.wallet.load(walletId) : null),
    }),
  }),
});

const PostingRef = builder.objectRef<Posting>('Posting').implement({
  description: 'One amount from one debit to one credit account.',
  authScopes: mayRead,
  fields: (t) => ({
    debit: t.field({
      type: LedgerAccountRef,
      nullable: true,
      description: 'The account debited.',
      resolve: ({ debitAccountId }, _args, { loaders }) => loaders.ledgerAccount.load(debitAccountId),
    }),
    credit: t.field({
      type: LedgerAccountRef,
      nullable: true,
      description: 'The account credited.',
      resolve: ({ creditAccountId }, _args, { loaders }) => loaders.ledgerAccount.load(creditAccountId),
    }),
    amount: t.field({ type: MoneyRef, description: 'How much.', resolve: (p) => money(p.amountMinor, p.currency) }),
    kind: t.exposeString('kind', {
      description: 'POST moves; HOLD reserves; CAPTURE moves what was reserved; RELEASE gives it back.',
    }),
  }),
});

export const JournalEntryRef = builder.objectRef<EntryWithPostings>('JournalEntry');
JournalEntryRef.implement({
  description: 'An atomic, coded list of postings. It never changes; a correction is another entry.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: mayRead,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    code: t.exposeString('code', { description: 'Which movement of the catalogue (docs/money.md).' }),
    payment: t.field({
      type: PaymentRef,
      nullable: true,
      description: 'The payment that it belongs to.',
      resolve: async ({ paymentId }, _args, { loaders }) => {
        const payment = paymentId ? await loaders.payment.load(paymentId) : null;
        return payment && paymentView(payment);
      },
    }),
    postings: t.expose('postings', { type: [PostingRef], description: 'Its lines.' }),
    reverses: t.field({
      type: JournalEntryRef,
      nullable: true,
      description: 'The entry that it undoes.',
      resolve: ({ reversesId }, _args, { loaders }) => (reversesId ? loaders.journalEntry.load(reversesId) : null),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened in the world.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When the books recorded it.' }),
  }),
});

const TrialBalanceLineRef = builder.objectRef<TrialBalanceLine>('TrialBalanceLine').implement({
  description: 'One currency of the trial balance.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'Currency', description: 'The currency.' }),
    debits: t.field({
      type: MoneyRef,
      description: 'Σ posted debits.',
      resolve: (line) => money(line.debits, line.currency),
    }),
    credits: t.field({
      type: MoneyRef,
      description: 'Σ posted credits.',
      resolve: (line) => money(line.credits, line.currency),
    }),
    balanced: t.boolean({
      description: 'Equal, or the books are broken.',
      resolve: (line) => line.debits === line.credits,
    }),
  }),
});

const LedgerAccountConnection = builder.connectionObject(
  { name: 'LedgerAccountConnection', type: LedgerAccountRef, description: 'A page of ledger accounts.' },
  { name: 'LedgerAccountEdge', description: 'A ledger account and its place in the list.' },
);
const JournalEntryConnection = builder.connectionObject(
  { name: 'JournalEntryConnection', type: JournalEntryRef, description: 'A page of journal entries.' },
  { name: 'JournalEntryEdge', description: 'A journal entry and its place in the list.' },
);

export const LedgerRef = builder.objectRef<Record<string, never>>('Ledger').implement({
  description: 'The books of the caller’s partner; the administrator reads everybody’s.',
  fields: (t) => ({
    accounts: t.field({
      type: LedgerAccountConnection,
      description: 'The chart of accounts, in the order of their ids.',
      args: { ...pageArgs, search: t.arg.string({ description: 'Part of a code.' }) },
      complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
      resolve: (_ledger, { search, ...args }, context) =>
        pageByIdDescending<LedgerAccount>(args, ({ where, ...page }) =>
          context.deps.db.prisma.ledgerAccount.findMany({
            ...page,
            where: { AND: [where, booksOf(context), search ? { code: { contains: search } } : {}] },
          }),
        ),
    }),
    account: t.field({
      type: LedgerAccountRef,
      nullable: true,
      description: 'One account by its id.',
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (_ledger, { id }, { loaders }) => loaders.ledgerAccount.load(id),
    }),
    entries: t.field({
      type: JournalEntryConnection,
      description: 'The journal, newest first.',
      args: {
        ...pageArgs,
        paymentId: t.arg.id({ description: 'Of this payment.' }),
        accountId: t.arg.id({ description: 'With a line on this account.' }),
      },
      complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
      resolve: (_ledger, { paymentId, accountId, ...args }, context) =>
        pageByIdDescending<EntryWithPostings>(args, ({ where, ...page }) =>
          context.deps.db.prisma.journalEntry.findMany({
            ...page,
            where: {
              AND: [
                where,
                booksOf(context),
                paymentId ? { paymentId } : {},
                accountId
                  ? { postings: { some: { OR: [{ debitAccountId: accountId }, { creditAccountId: accountId }] } } }
                  : {},
              ],
            },
            include: { postings: { orderBy: { number: 'asc' } } },
          }),
        ),
    }),
    trialBalance: t.field({
      type: [TrialBalanceLineRef],
      description: 'Σ debits and Σ credits per currency; equal or the books are broken.',
      args: { at: t.arg({ type: 'DateTime', description: 'As the books stood then; now when left out.' }) },
      resolve: (_ledger, { at }, context) =>
        trialBalance(context.deps.db.prisma, booksOf(context).partnerId ?? null, at ?? undefined),
    }),
  }),
});

builder.queryField('ledger', (t) =>
  t.field({ type: LedgerRef, description: 'The books.', authScopes: mayRead, resolve: () => ({}) }),
);
