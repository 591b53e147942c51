import type { Reconciliation, ReconciliationBreak } from '../db/generated/client.ts';
import { startReconciliation } from '../domain/mirror/start-reconciliation.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError } from '../errors.ts';
import { server, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { ProviderCodeEnum } from './enums.ts';
import { LedgerRef } from './ledger.ts';
import { MoneyRef, money } from './money.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CreditSessionRef, PaymentRef, paymentView, WalletRef } from './refs.ts';

const ReconciliationBreakKindEnum = described('ReconciliationBreakKind', 'How a provider’s book and ours differ.', {
  MISSING_UPSTREAM: 'A payment that is done here is unknown to the provider.',
  MISSING_HERE: 'The provider has a movement that cannot be booked as it is told.',
  AMOUNT_DIFFERS: 'Both have it, and it moved different amounts.',
  STATUS_DIFFERS: 'Both have it, and its outcome is not the same.',
  BALANCE_DIFFERS: 'The balance is another one, and no movement explains it.',
});

const mayRead = { scope: 'LEDGER_READ' } as const;
/** More than anybody reads; the worst comes first. */
const MAX_BREAKS = 500;

const amount = (minor: bigint | null, currency: string | null) =>
  minor === null || currency === null ? null : money(minor, currency);

const ReconciliationBreakRef = builder.objectRef<ReconciliationBreak>('ReconciliationBreak').implement({
  description: 'A difference between a provider’s book and ours.',
  authScopes: mayRead,
  fields: (t) => ({
    kind: t.expose('kind', { type: ReconciliationBreakKindEnum, description: 'What differs.' }),
    payment: t.field({
      type: PaymentRef,
      nullable: true,
      description: 'The payment that it is about, where there is one here.',
      resolve: async ({ paymentId }, _args, { loaders }) => {
        const payment = paymentId ? await loaders.payment.load(paymentId) : null;
        return payment && paymentView(payment);
      },
    }),
    creditSession: t.field({
      type: CreditSessionRef,
      nullable: true,
      description: 'The credit session that it is about; null as well for callers who may not read credit sessions.',
      resolve: ({ creditSessionId }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('CREDIT_READ');
        return creditSessionId && mayRead ? loaders.creditSession.load(creditSessionId) : null;
      },
    }),
    providerReference: t.exposeString('providerReference', {
      nullable: true,
      description: 'The provider’s number of what it is about.',
    }),
    expected: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'By our book; below zero went out.',
      resolve: ({ expectedMinor, currency }) => amount(expectedMinor, currency),
    }),
    actual: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'By the provider’s; below zero went out.',
      resolve: ({ actualMinor, currency }) => amount(actualMinor, currency),
    }),
    resolved: t.boolean({
      description: 'Has a later comparison found it gone?',
      resolve: ({ resolvedAt }) => resolvedAt !== null,
    }),
  }),
});

export const ReconciliationRef = builder.objectRef<Reconciliation>('Reconciliation').implement({
  description: 'One comparison of a provider’s book with ours.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: mayRead,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose book it compares.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'Of which wallet there; a house wallet is one, too. Null where a lender’s sessions are compared.',
      resolve: ({ walletId }, _args, { loaders }) => (walletId ? loaders.wallet.load(walletId) : null),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was through; null while the provider is being read.',
    }),
    matched: t.exposeInt('matched', { description: 'Lines of the provider’s history that ours agree with.' }),
    breaks: t.field({
      type: [ReconciliationBreakRef],
      description: 'What it has found to differ; those that are still there first.',
      resolve: ({ id }, _args, { deps }) =>
        deps.db.prisma.reconciliationBreak.findMany({
          where: { reconciliationId: id },
          orderBy: [{ resolvedAt: { sort: 'desc', nulls: 'first' } }, { id: 'asc' }],
          take: MAX_BREAKS,
        }),
    }),
  }),
});

const ReconciliationConnection = builder.connectionObject(
  { name: 'ReconciliationConnection', type: ReconciliationRef, description: 'A page of reconciliations.' },
  { name: 'ReconciliationEdge', description: 'A reconciliation and its place in the list.' },
);

const visible = (context: Context) => {
  const viewer = signedIn(context);
  return viewer.kind === 'ADMIN' ? {} : { partnerId: viewer.partnerId };
};

/** The reconciliation with this id, ready to be shown as a Node; null when the caller may not see it. */
export async function findReconciliationById(context: Context, id: string): Promise<object | null> {
  const viewer = signedIn(context);
  if (viewer.kind !== 'ADMIN' && !viewer.scopes.has('LEDGER_READ')) return null;
  return context.deps.db.prisma.reconciliation.findFirst({ where: { id, ...visible(context) } });
}

builder.objectField(LedgerRef, 'reconciliations', (t) =>
  t.field({
    type: ReconciliationConnection,
    description: 'Comparisons with providers’ books, newest first.',
    args: { ...pageArgs, provider: t.arg({ type: ProviderCodeEnum, description: 'With this provider.' }) },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: (_ledger, { provider, ...args }, context) =>
      pageByIdDescending<Reconciliation>(args, ({ where, ...page }) =>
        context.deps.db.prisma.reconciliation.findMany({
          ...page,
          where: { AND: [where, visible(context), provider ? { provider } : {}] },
        }),
      ),
  }),
);

const ReconciliationStartInput = builder.inputType('ReconciliationStartInput', {
  description: 'Which books to compare.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderCodeEnum,
      description: 'All wallets that this provider keeps, or all sessions of this lender.',
    }),
    walletId: t.id({ description: 'This wallet only.' }),
    from: t.field({
      type: 'DateTime',
      description:
        'From here on, at most 366 days back; from where it was last read when left out. What was there before the wallet was linked is then shown as payments, which move nothing here.',
    }),
    to: t.field({ type: 'DateTime', description: 'Up to here; up to now when left out.' }),
  }),
});
const ReconciliationStartSuccess = builder
  .objectRef<{ reconciliations: Reconciliation[] }>('ReconciliationStartSuccess')
  .implement({
    description: 'The comparisons have begun.',
    fields: (t) => ({
      reconciliations: t.expose('reconciliations', {
        type: [ReconciliationRef],
        description: 'One for each wallet; they end by themselves.',
      }),
    }),
  });
mutation('reconciliationStart', {
  description: 'Reads and compares the provider’s book now, instead of at the next round.',
  auth: { server: 'CONNECTIONS_WRITE' },
  input: ReconciliationStartInput,
  success: ReconciliationStartSuccess,
  errors: [NotFoundError, InvalidInputError, ConflictError, NotSupportedError],
  resolve: async (input, context) => ({
    reconciliations: await startReconciliation(context.deps, server(context), withoutNulls(input)),
  }),
});
