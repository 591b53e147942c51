import fc from 'fast-check';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Deps } from '../../src/deps.ts';
import type { LogEvent } from '../../src/events/event.ts';
import { createHub } from '../../src/events/hub.ts';
import { Watch } from '../../src/graphql/watch.ts';
import { Group } from '../../src/server/fan-out/group.ts';
import type { Subscriber } from '../../src/server/request.ts';
import { everything, paymentEvent, versionOf } from '../events/support.ts';

/** Joining between what is committed and what is told: a model of an object that has versions, without a database. */

const version = { type: GraphQLInt, resolve: (shown: unknown) => shown };
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { version } }),
  subscription: new GraphQLObjectType({ name: 'Subscription', fields: { version } }),
});
const document = parse('subscription { version }');
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A subscriber whose transport reads on as graphql-ws does; all that it was told, in order. */
function follow(group: Group) {
  const told: number[] = [];
  const tell = ({ data }: { data?: unknown }) => told.push((data as { version: number }).version);
  const socket = { readyState: 1, OPEN: 1 };
  const stream = {
    writableLength: 0,
    write(frame: Buffer) {
      tell(JSON.parse(frame.subarray(frame.indexOf('{')).toString()).payload);
      return true;
    },
  };
  const member = group.join({ schema, document, contextValue: {} }, {
    socket,
    stream,
    operationId: '1',
  } as unknown as Subscriber);
  const done = (async () => {
    for await (const result of member) {
      await turn();
      tell(result);
    }
  })();
  return { told, done, leave: () => member.return() };
}

const step = fc.constantFrom('commit', 'commit', 'publish', 'publish', 'join', 'turn');

test('Whoever joins has the present, then each later version once and in order, whatever is committed, told and read between.', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const { hub, publisher } = createHub({ db: { pool: null as never } });
      publisher.begin(0n);
      let committed = 1;
      let published = 0;
      const publish = () => {
        published += 1;
        const event: LogEvent = {
          ...paymentEvent('pay_1', published),
          id: `evt_${published}`,
          position: BigInt(published),
          recordedAt: new Date(),
        };
        publisher.publish(event);
      };
      const watch = new Watch<number>({
        open: () => hub.open(everything, {}),
        async present() {
          const view = committed;
          await turn();
          return { view, version: BigInt(view) };
        },
        versionOf: (event) => BigInt(versionOf(event)),
        async change(event) {
          await turn();
          return versionOf(event);
        },
        isLast: () => false,
      });
      const limits = { socketBacklogBytes: 1_000_000 };
      const group = new Group({
        deps: { hub } as Deps,
        limits,
        watch,
        args: { schema, document },
        onEnd: () => undefined,
      });
      const followers = [follow(group)];
      for (const todo of steps) {
        if (todo === 'commit') committed += 1;
        else if (todo === 'publish' && published < committed) publish();
        else if (todo === 'join') followers.push(follow(group));
        else await turn();
      }
      while (published < committed) publish();
      for (const { told } of followers)
        await expect.poll(() => told.at(-1), { timeout: 10_000, interval: 1 }).toBe(committed);
      for (const { told, leave, done } of followers) {
        const first = told[0] ?? 0;
        expect(told).toEqual(Array.from({ length: committed - first + 1 }, (_, index) => first + index));
        await leave();
        await done;
      }
      expect(hub.size()).toBe(0);
    }),
    { numRuns: 200, seed: 20261122 },
  );
});
