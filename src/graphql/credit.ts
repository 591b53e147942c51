import type { CreditRefund, CreditSession, CreditSessionTransition } from '../db/generated/client.ts';
import { refundableOf } from '../domain/credit/refund-session.ts';
import { isFinal } from '../domain/credit/states.ts';
import { findCreditSession, isKnown, visibleCreditSessions } from '../domain/credit/store.ts';
import { maskFacts, openFacts } from '../domain/credit/ticket-facts.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { pageArgs, pageByIdDescending } from './connection.ts';
import { described } from './described.ts';
import { AttemptOutcomeEnum, TransitionSourceEnum } from './enums.ts';
import { badInput } from './errors.ts';
import { MoneyRef, money } from './money.ts';
import { ProviderRef, providerByCode } from './provider.ts';
import { CreditSessionRef } from './refs.ts';
import { wordsFor } from './words.ts';

export const CreditSessionStateEnum = described(
  'CreditSessionState',
  'Where a credit session stands. CANCELLED, VOIDED and REFUNDED are its ends.',
  {
    PROCESSING: 'The application is open: the shopper fills it in, or the lender decides.',
    CANCELLED: 'Nothing was lent: refused, abandoned, or its time ran out.',
    AUTHORIZED: 'The first payment is made and the agreement is opened; a refund in full still cancels it.',
    VOIDED: 'The agreement is cancelled, and the first payment went back to the shopper’s card.',
    REFUNDED: 'All of the order was given back, and the loan repaid with it.',
    CHARGED: 'The lender has paid. What is given back now repays the loan.',
  },
);
export const CreditFrameModeEnum = described('CreditFrameMode', 'How the lender’s page is opened.', {
  STANDALONE: 'As a page of its own.',
  IFRAME: 'In a frame of the shop’s page.',
});

export const CreditSessionTransitionRef = builder
  .objectRef<CreditSessionTransition>('CreditSessionTransition')
  .implement({
    description: 'One step of a credit session’s life: who said so, when it happened and when it was recorded.',
    fields: (t) => ({
      from: t.expose('from', {
        type: CreditSessionStateEnum,
        nullable: true,
        description: 'The state before; null at the start.',
      }),
      to: t.expose('to', { type: CreditSessionStateEnum, description: 'The state after.' }),
      source: t.expose('source', {
        type: TransitionSourceEnum,
        description: 'Why the lender was asked: WEBHOOK after it had called, POLL when nobody had told anything.',
      }),
      occurredAt: t.expose('occurredAt', {
        type: 'DateTime',
        description: 'When it happened, as near as is known: when the lender called, or when it was asked.',
      }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded here.' }),
    }),
  });

/** A refund with the currency of its session. */
export const CreditRefundRef = builder.objectRef<CreditRefund>('CreditRefund').implement({
  description:
    'Money of an order that goes back. UNKNOWN stays until the state of the session, or a person, proves what became of it; it is never sent twice.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'CREDIT_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    amount: t.field({
      type: MoneyRef,
      description: 'How much.',
      resolve: async ({ amountMinor, sessionId }, _args, { loaders }) =>
        money(amountMinor, (await loaders.creditSession.load(sessionId))?.currency ?? ''),
    }),
    outcome: t.expose('outcome', { type: AttemptOutcomeEnum, description: 'What came of it.' }),
    message: t.string({
      nullable: true,
      description:
        'The lender’s words, or what proved the outcome. Numbers in them are masked for callers who may not see personal data.',
      resolve: ({ message }, _args, context) => wordsFor(context, [], message),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
  }),
});

interface TicketView {
  number: string;
  receiptName: string;
  uploadedAt: Date;
}

const TicketRef = builder.objectRef<TicketView>('Ticket').implement({
  description: 'An issued ticket whose receipt the lender has. The file itself is not kept here.',
  fields: (t) => ({
    number: t.exposeString('number', {
      description:
        'Its number; masked for callers who may not see personal data, and for good once the session has ended.',
    }),
    receiptName: t.exposeString('receiptName', {
      description: 'The name of the receipt’s file; masked likewise.',
    }),
    uploadedAt: t.expose('uploadedAt', { type: 'DateTime', description: 'When it was sent on last.' }),
  }),
});

/** Until when a refund in full cancels the agreement for certain; null where it does not, or not any more. */
const voidableUntil = ({ state, notOpenAt, voidableMs }: CreditSession): Date | null =>
  state === 'AUTHORIZED' ? new Date(notOpenAt.getTime() + voidableMs) : null;

CreditSessionRef.implement({
  description:
    'A shopper’s application for credit for one order. What the shopper tells of himself is never kept here.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'CREDIT_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    orderId: t.exposeString('orderId', { description: 'Your key of it.' }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: 'The number of the application at the lender; null where the answer with it was lost.',
    }),
    provider: t.field({
      type: ProviderRef,
      description: 'The lender.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    state: t.expose('state', { type: CreditSessionStateEnum, description: 'Where it stands.' }),
    terminal: t.boolean({ description: 'Is that its end?', resolve: ({ state }) => isFinal(state) }),
    amount: t.field({
      type: MoneyRef,
      description: 'What was ordered.',
      resolve: ({ amountMinor, currency }) => money(amountMinor, currency),
    }),
    creditCost: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What the shopper pays in the end, as it was computed at the start and told to the lender.',
      resolve: ({ creditCostMinor, currency }) => (creditCostMinor === null ? null : money(creditCostMinor, currency)),
    }),
    refunded: t.field({
      type: MoneyRef,
      description: 'What was given back for certain.',
      resolve: ({ refundedMinor, currency }) => money(refundedMinor, currency),
    }),
    refundable: t.field({
      type: MoneyRef,
      description: 'What can still be given back. A refund of unclear outcome counts as done.',
      resolve: (session) => money(refundableOf(session), session.currency),
    }),
    frameUrl: t.expose('frameUrl', {
      type: 'URL',
      nullable: true,
      description:
        'The page or frame in which the person fills in the application. Null where the lender’s answer with it was lost: nobody can open it, and a session under another orderId takes its place.',
    }),
    mode: t.expose('mode', { type: CreditFrameModeEnum, description: 'How that page is opened.' }),
    voidableUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until then a full refund cancels the contract and the money goes back to the card; later a refund repays the loan. It may be earlier than the lender’s own limit by the time that passed between two questions, never later. Null unless AUTHORIZED.',
      resolve: voidableUntil,
    }),
    timeline: t.field({
      type: [CreditSessionTransitionRef],
      description: 'Every step so far, oldest first.',
      resolve: async ({ id, version }, _args, { loaders }) =>
        (await loaders.creditTransitions.load(id)).filter((transition) => transition.version <= version),
    }),
    refunds: t.field({
      type: [CreditRefundRef],
      description: 'Every refund that was asked for, oldest first.',
      resolve: ({ id }, _args, { loaders }) => loaders.creditRefunds.load(id),
    }),
    tickets: t.field({
      type: [TicketRef],
      description: 'The tickets that the lender was sent.',
      resolve: async ({ id }, _args, context) => {
        const whole = seesPersonalData(context, null);
        const files = await context.loaders.creditFiles.load(id);
        return files.flatMap((file) => {
          const facts = openFacts(context.deps.vault, file);
          const { number, name } = whole ? facts : maskFacts(facts);
          return number === undefined ? [] : [{ number, receiptName: name, uploadedAt: file.uploadedAt }];
        });
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the order can be paid, as the shop said.',
    }),
  }),
});

const CreditSessionConnection = builder.connectionObject(
  { name: 'CreditSessionConnection', type: CreditSessionRef, description: 'A page of credit sessions.' },
  { name: 'CreditSessionEdge', description: 'A credit session and its place in the list.' },
);

builder.queryFields((t) => ({
  creditSession: t.field({
    type: CreditSessionRef,
    nullable: true,
    description: 'One credit session, by its id or by the order’s. Null when there is none that the caller may see.',
    authScopes: { scope: 'CREDIT_READ' },
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      orderId: t.arg.string({ description: 'The id of its order.' }),
    },
    resolve: (_root, { id, orderId }, context) => {
      const viewer = signedIn(context);
      const { prisma } = context.deps.db;
      if (id && !orderId) return findCreditSession(prisma, viewer, { id });
      if (orderId && !id) {
        if (viewer.kind === 'ADMIN') throw badInput('orderId: is a partner’s own; give the id.');
        return findCreditSession(prisma, viewer, { orderId });
      }
      throw badInput('id, orderId: give one of them.');
    },
  }),
  creditSessions: t.field({
    type: CreditSessionConnection,
    description: 'Credit sessions, newest first.',
    authScopes: { scope: 'CREDIT_READ' },
    args: {
      ...pageArgs,
      states: t.arg({ type: [CreditSessionStateEnum], description: 'Only those in one of these states.' }),
    },
    complexity: ({ first, last }) => ({ field: 1, multiplier: (first ?? last ?? 20) / 10 }),
    resolve: (_root, { states, ...args }, context) => {
      const visible = visibleCreditSessions(signedIn(context));
      const wanted = states ? { state: { in: states } } : {};
      return pageByIdDescending(args, async ({ where, ...page }) => {
        const read = { ...page, where: { AND: [where, visible, wanted] } };
        return (await context.deps.db.prisma.creditSession.findMany(read)).filter(isKnown);
      });
    },
  }),
}));
