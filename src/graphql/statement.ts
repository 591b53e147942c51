import type { Database } from '../db/client.ts';
import { type StatementLine, statement } from '../ledger/statement.ts';
import { builder } from './builder.ts';
import { asBadInputAsync, checkPage, pageSize } from './connection.ts';
import { JournalEntryRef } from './ledger.ts';
import { MoneyRef, money } from './money.ts';
import { PaymentRef, paymentView } from './refs.ts';

const StatementLineRef = builder.objectRef<StatementLine>('StatementLine').implement({
  description: 'One movement of a wallet’s book.',
  fields: (t) => ({
    entry: t.field({
      type: JournalEntryRef,
      nullable: true,
      description: 'The journal entry behind it; for callers who may read the books.',
      resolve: ({ entryId }, _args, { viewer, loaders }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('LEDGER_READ');
        return mayRead ? loaders.journalEntry.load(entryId) : null;
      },
    }),
    payment: t.field({
      type: PaymentRef,
      nullable: true,
      description: 'The payment that it belongs to.',
      resolve: async ({ paymentId }, _args, { loaders }) => {
        const payment = paymentId ? await loaders.payment.load(paymentId) : null;
        return payment && paymentView(payment);
      },
    }),
    amount: t.field({
      type: MoneyRef,
      description: 'Above zero came in, below zero went out.',
      resolve: ({ amount, currency }) => money(amount, currency),
    }),
    balanceAfter: t.field({
      type: MoneyRef,
      description: 'The posted balance after it.',
      resolve: ({ balanceAfter, currency }) => money(balanceAfter, currency),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened in the world.' }),
    recordedAt: t.expose('recordedAt', {
      type: 'DateTime',
      description: 'When the books recorded it; lines are in this order.',
    }),
  }),
});

export const StatementConnection = builder.connectionObject(
  { name: 'StatementConnection', type: StatementLineRef, description: 'A page of a statement.' },
  { name: 'StatementEdge', description: 'A line and its place in the statement.' },
);

interface Range {
  from?: Date | null;
  to?: Date | null;
  first?: number | null;
  after?: string | null;
}

/** A page of the statement over some accounts, newest first. */
export async function walletStatement(db: Database, accountIds: string[], range: Range) {
  checkPage(range);
  const { from, to, after } = range;
  const page = { from: from ?? null, to: to ?? null, after: after ?? null, first: pageSize(range.first) };
  const { items, hasNext } = await asBadInputAsync(() => statement(db.prisma, accountIds, page));
  return {
    edges: items.map((line) => ({ cursor: line.cursor, node: line })),
    pageInfo: {
      hasNextPage: hasNext,
      hasPreviousPage: after !== null && after !== undefined,
      startCursor: items[0]?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    },
  };
}
