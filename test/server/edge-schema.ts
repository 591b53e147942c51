import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLID,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { transaction } from '../../src/db/transaction.ts';
import type { Deps } from '../../src/deps.ts';
import type { LogEvent } from '../../src/events/event.ts';
import { appendEvents, decodeCursor, encodeCursor } from '../../src/events/log.ts';
import type { Context } from '../../src/graphql/context.ts';
import { Watch } from '../../src/graphql/watch.ts';

/** What `wait` waits for; a test opens its gate. */
export const gates = new Map<string, { passed: Promise<void>; open(): void; entered: Promise<void>; enter(): void }>();

/** A gate that a `wait` field stands before until `open`. */
export function newGate(name: string) {
  let open = () => {};
  let enter = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const gate = { passed, open: () => open(), entered, enter: () => enter() };
  gates.set(name, gate);
  return gate;
}

/** A schema that has only what the edge is about: who asks, faults, depth, streams. */

const Node: GraphQLObjectType = new GraphQLObjectType({
  name: 'Node',
  fields: () => ({ id: { type: GraphQLID }, next: { type: Node, resolve: () => ({ id: '1' }) } }),
});

const Query = new GraphQLObjectType<unknown, Context>({
  name: 'Query',
  fields: {
    hello: { type: new GraphQLNonNull(GraphQLString), resolve: () => 'world' },
    echo: { type: GraphQLString, args: { text: { type: GraphQLString } }, resolve: (_root, { text }) => text },
    who: { type: GraphQLString, resolve: (_root, _args, { viewer }) => describe(viewer) },
    secret: {
      type: GraphQLString,
      resolve(_root, _args, { viewer }) {
        if (!viewer) throw new GraphQLError('Sign in.', { extensions: { code: 'UNAUTHENTICATED' } });
        return 'only for those who signed in';
      },
    },
    boom: {
      type: GraphQLString,
      resolve() {
        throw new Error('password=hunter2 at db-internal-7');
      },
    },
    node: { type: Node, resolve: () => ({ id: '1' }) },
    wait: {
      type: GraphQLBoolean,
      args: { gate: { type: new GraphQLNonNull(GraphQLString) } },
      async resolve(_root, { gate }) {
        gates.get(gate)?.enter();
        await gates.get(gate)?.passed;
        return true;
      },
    },
  },
});

const Mutation = new GraphQLObjectType({
  name: 'Mutation',
  fields: { touch: { type: GraphQLBoolean, resolve: () => true } },
});

/** How often the events of subscriptions were shown, whoever saw it. */
export const shown = { times: 0 };

const Event = new GraphQLObjectType<LogEvent, Context>({
  name: 'Event',
  fields: {
    cursor: { type: new GraphQLNonNull(GraphQLString), resolve: ({ position }) => encodeCursor(position) },
    walletId: {
      type: GraphQLString,
      resolve({ walletIds }) {
        shown.times += 1;
        return walletIds[0];
      },
    },
    evil: {
      type: GraphQLString,
      resolve({ walletIds }) {
        if (walletIds[0]?.startsWith('evil')) throw new Error('password=hunter2 in an event');
        return 'no';
      },
    },
    padding: {
      type: GraphQLString,
      args: { length: { type: new GraphQLNonNull(GraphQLInt) } },
      resolve: (_event, { length }) => 'x'.repeat(length),
    },
    boom: {
      type: GraphQLString,
      resolve() {
        throw new Error('password=hunter2 in a stream');
      },
    },
  },
});

const Subscription = new GraphQLObjectType<LogEvent, Context>({
  name: 'Subscription',
  fields: {
    events: {
      type: new GraphQLNonNull(Event),
      args: { after: { type: GraphQLString } },
      subscribe(_root, { after }, { deps, viewer, lastEventId }) {
        const scope = { partnerId: viewer && 'partnerId' in viewer ? viewer.partnerId : null, customerId: null };
        const from = after ?? lastEventId;
        return from ? deps.hub.replayThenLive(scope, {}, decodeCursor(from)) : deps.hub.open(scope, {});
      },
      resolve(event, _args, { delivery }) {
        delivery.cursor = encodeCursor(event.position);
        return event;
      },
    },
    // the same, told in the way that subscribers can share
    watched: {
      type: new GraphQLNonNull(Event),
      args: { after: { type: GraphQLString } },
      subscribe(_root, { after }, { deps, viewer }) {
        const scope = { partnerId: viewer && 'partnerId' in viewer ? viewer.partnerId : null, customerId: null };
        if (after) return deps.hub.replayThenLive(scope, {}, decodeCursor(after));
        return new Watch<LogEvent>({
          open: () => deps.hub.open(scope, {}),
          present: null,
          versionOf: ({ position }) => position,
          change: (event) => event,
          isLast: ({ walletIds }) => walletIds[0]?.startsWith('last') === true,
        });
      },
      resolve: (event) => event,
    },
    count: {
      type: GraphQLInt,
      args: { to: { type: new GraphQLNonNull(GraphQLInt) } },
      async *subscribe(_root, { to }) {
        for (let number = 1; number <= to; number += 1) yield { number };
      },
      resolve: (event: unknown) => (event as { number: number }).number,
    },
    broken: {
      type: GraphQLInt,
      async *subscribe() {
        yield { number: 1 };
        throw new Error('password=hunter2 behind a stream');
      },
      resolve: (event: unknown) => (event as { number: number }).number,
    },
  },
});

export const edgeSchema = new GraphQLSchema({ query: Query, mutation: Mutation, subscription: Subscription });

function describe(viewer: Context['viewer']): string {
  if (!viewer) return 'nobody';
  if (viewer.kind === 'ADMIN') return 'the administrator';
  return viewer.kind === 'PARTNER'
    ? `the server of ${viewer.partnerId}`
    : `${viewer.customerId} of ${viewer.partnerId}`;
}

/** Appends `count` events of a partner, each about another wallet: `<label>1`, `<label>2` … */
export async function happen(deps: Deps, partnerId: string, label: string, count: number): Promise<string[]> {
  const now = deps.clock.now();
  const walletIds = Array.from({ length: count }, (_, index) => `${label}${index + 1}`);
  const events = walletIds.map((walletId) => ({
    partnerId,
    type: 'WALLET_UPDATED' as const,
    audience: [],
    walletIds: [walletId],
    paymentId: null,
    data: { kind: 'wallet' as const, walletId, status: 'ACTIVE' },
    occurredAt: now,
  }));
  await transaction(deps.db, (tx) => appendEvents(tx, events, now));
  return walletIds;
}
