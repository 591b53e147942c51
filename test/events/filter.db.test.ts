import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { eventTypes, type LogEvent, type NewEvent } from '../../src/events/event.ts';
import { type EventFilter, type EventScope, encodeCursor, readEvents } from '../../src/events/log.ts';
import { append, everything, freshDatabase, nextError, node, paymentEvent, take, versions } from './support.ts';

// The rule once more, in other words than those of src/events/filter.ts.
function visible(scope: EventScope, filter: EventFilter, event: LogEvent): boolean {
  const customers = [scope.customerId, filter.customerId].filter((id) => typeof id === 'string');
  return [
    [event.partnerId, null].includes(scope.partnerId),
    customers.every((id) => event.audience.indexOf(id) >= 0),
    new Set(filter.types ?? eventTypes).has(event.type),
    !filter.walletId || event.walletIds.some((id) => id === filter.walletId),
    !filter.paymentId || filter.paymentId === event.paymentId,
  ].every(Boolean);
}

test('Reading, live and replayed streams all give a reader exactly what its scope and filter let through.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db, { pageSize: 9 });
  const some = (...ids: string[]) => fc.subarray(ids, { maxLength: 2 });
  const events = fc
    .record({
      partnerId: fc.constantFrom('par_1', 'par_2'),
      type: fc.constantFrom(...eventTypes),
      audience: some('cus_1', 'cus_2', 'cus_3'),
      walletIds: fc.array(fc.constantFrom('wal_1', 'wal_2', 'wal_3'), { maxLength: 2 }), // the same one twice, too
      paymentId: fc.option(fc.constantFrom('pay_1', 'pay_2', 'pay_3')),
    })
    .map((over): NewEvent => paymentEvent('pay_0', 1, over));
  const readers = fc.record({
    scope: fc.record({
      partnerId: fc.constantFrom(null, 'par_1', 'par_1', 'par_2', 'par_3'),
      customerId: fc.constantFrom(null, null, null, 'cus_1', 'cus_2', 'cus_4'),
    }),
    filter: fc.record(
      {
        types: fc.subarray([...eventTypes], { minLength: 0 }),
        walletId: fc.constantFrom('wal_1', 'wal_2', 'wal_3', 'wal_4'),
        paymentId: fc.constantFrom('pay_1', 'pay_2', 'pay_3', 'pay_4'),
        customerId: fc.constantFrom('cus_1', 'cus_2', 'cus_3', 'cus_4'),
      },
      { requiredKeys: [] },
    ),
  });
  const cases = fc.sample(readers, { numRuns: 300, seed: 7 });
  const streams = cases.map(({ scope, filter }) => hub.open(scope, filter));
  const list = fc.sample(events, { numRuns: 400, seed: 8 });
  // half of them beside their like, so that there are rows of many events
  const like = ({ partnerId, paymentId }: NewEvent) => `${partnerId} ${paymentId}`;
  await append(db, [...list.slice(0, 200), ...list.slice(200).sort((a, b) => (like(a) < like(b) ? -1 : 1))], 50);
  await vi.waitUntil(() => tail.lag().position === 400n);
  const log = await readEvents(db, everything, {}, 0n, 1000);
  expect(log).toHaveLength(400);

  let nonempty = 0;
  for (const [index, { scope, filter }] of cases.entries()) {
    const wanted = log.filter((event) => visible(scope, filter, event));
    nonempty += wanted.length > 0 ? 1 : 0;
    expect(await readEvents(db, scope, filter, 0n, 1000)).toEqual(wanted);
    const paged: LogEvent[] = [];
    for (let page = [] as LogEvent[]; page.length > 0 || paged.length === 0; paged.push(...page)) {
      page = await readEvents(db, scope, filter, paged.at(-1)?.position ?? 0n, 13);
      if (page.length === 0) break;
    }
    expect(paged).toEqual(wanted);
    expect(await take(hub.replayThenLive(scope, filter, 0n), wanted.length)).toEqual(wanted);
    const live = streams[index]?.[Symbol.asyncIterator]();
    for (const event of wanted) expect((await live?.next())?.value).toEqual(event);
  }
  expect(nonempty).toBeGreaterThan(60);
  // nothing else was waiting: the cursor has come to the end of the log
  hub.close('SHUTDOWN');
  for (const stream of streams) expect(await nextError(stream)).toMatchObject({ cursor: encodeCursor(400n) });
});

test('A foreign partner and a foreign customer see nothing, whatever they filter for.', async () => {
  const db = await freshDatabase();
  const { hub, tail } = await node(db);
  const strangers: EventScope[] = [
    { partnerId: 'par_2', customerId: null },
    { partnerId: 'par_2', customerId: 'cus_1' },
    { partnerId: 'par_1', customerId: 'cus_2' },
  ];
  const filters: EventFilter[] = [{}, { paymentId: 'pay_1' }, { walletId: 'wal_1' }, { customerId: 'cus_1' }];
  const cases = strangers.flatMap((scope) => filters.map((filter) => ({ scope, filter })));
  const streams = cases.map(({ scope, filter }) => hub.open(scope, filter));
  await append(db, versions(20));
  await vi.waitUntil(() => tail.lag().position === 20n);
  for (const { scope, filter } of cases) expect(await readEvents(db, scope, filter, 0n, 10)).toEqual([]);
  hub.close('SHUTDOWN');
  for (const stream of streams) expect(await nextError(stream)).toMatchObject({ cursor: encodeCursor(20n) });
});
