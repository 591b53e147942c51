import { isFinal } from '../domain/credit/states.ts';
import { findCreditSession, type KnownSession } from '../domain/credit/store.ts';
import type { CreditSessionSnapshot } from '../events/event.ts';
import { present } from '../lib/assert.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { CreditSessionTransitionRef } from './credit.ts';
import { badInput } from './errors.ts';
import { eventInterfaces, eventScope, type Of } from './event.ts';
import { CreditSessionRef } from './refs.ts';
import { refresh, Watch } from './watch.ts';

/** The session as an event left it: what changes in its life is the event's, the rest is the row's. */
const asOf = (row: KnownSession, { version, state, refundedMinor, reservedMinor }: CreditSessionSnapshot) => ({
  ...row,
  version,
  state: state as KnownSession['state'],
  refundedMinor: BigInt(refundedMinor),
  reservedMinor: BigInt(reservedMinor),
});

builder.objectRef<Of<'creditSession'>>('CreditSessionEvent').implement({
  description: 'A credit session changed.',
  interfaces: eventInterfaces,
  fields: (t) => ({
    creditSession: t.field({
      type: CreditSessionRef,
      nullable: true,
      description: 'The session as the event left it; null for callers who may not read credit sessions.',
      resolve: async ({ data: { session } }, _args, { loaders, viewer }) => {
        const mayRead = viewer?.kind === 'ADMIN' || viewer?.scopes.has('CREDIT_READ');
        const row = mayRead ? await loaders.creditSession.load(session.id) : null;
        return row && asOf(row, session);
      },
    }),
    transition: t.field({
      type: CreditSessionTransitionRef,
      nullable: true,
      description: 'The step; null when the state stayed: a refund in part, tickets, more that became known.',
      resolve: async ({ data: { session, transition } }, _args, { loaders }) => {
        const steps = transition ? await loaders.creditTransitions.load(session.id) : [];
        return steps.find(({ version }) => version === session.version) ?? null;
      },
    }),
  }),
});

function watchSession(context: Context, id: string): Watch<KnownSession> {
  const viewer = signedIn(context);
  const { db, hub } = context.deps;
  const read = () => findCreditSession(db.prisma, viewer, { id });
  return new Watch({
    open: () => hub.open(eventScope(viewer), { types: ['CREDIT_SESSION_UPDATED'] }),
    async present() {
      const view = await read();
      if (!view) throw badInput('id: there is no such credit session.');
      return { view, version: BigInt(view.version) };
    },
    versionOf: ({ data }) =>
      data.kind === 'creditSession' && data.session.id === id ? BigInt(data.session.version) : null,
    async change({ data }) {
      const row = present(await read(), 'a watched session');
      return data.kind === 'creditSession' ? asOf(row, data.session) : null;
    },
    isLast: ({ state }) => isFinal(state),
  });
}

builder.subscriptionField('creditSessionUpdated', (t) =>
  t.field({
    type: CreditSessionRef,
    description: 'The credit session as it is now, then after each change; completes at its end.',
    authScopes: { scope: 'CREDIT_READ' },
    args: { id: t.arg.id({ required: true, description: 'Which session.' }) },
    subscribe: (_root, { id }, context) => watchSession(context, id),
    resolve: (session: KnownSession, _args, context) => {
      refresh(context);
      return session;
    },
  }),
);
