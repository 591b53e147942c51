import { expect, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { transaction } from '../../src/db/transaction.ts';
import type { EventType, LogEvent, NewEvent } from '../../src/events/event.ts';
import { createHub, type EventStream, type Hub, type HubOptions, type HubPublisher } from '../../src/events/hub.ts';
import { appendEvents } from '../../src/events/log.ts';
import { createTail, type Tail, type TailOptions } from '../../src/events/tail.ts';
import { createLog } from '../../src/lib/log.ts';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';

export const everything = { partnerId: null, customerId: null };
const at = new Date('2026-11-22T10:00:00.123Z');

/** A payment's event; `version` counts the changes of that payment. */
export function paymentEvent(paymentId: string, version: number, over: Partial<NewEvent> = {}): NewEvent {
  const type: EventType = version === 1 ? 'PAYMENT_CREATED' : 'PAYMENT_PROCESSING';
  const status = version === 1 ? 'CREATED' : 'PROCESSING';
  const moments = { occurredAt: at.toISOString(), recordedAt: at.toISOString() };
  const untouched = {
    declineReason: null,
    confirmedAt: null,
    completedAt: null,
    expiresAt: null,
  };
  return {
    partnerId: 'par_1',
    type,
    audience: ['cus_1'],
    walletIds: ['wal_1'],
    paymentId,
    data: {
      kind: 'payment',
      payment: { id: paymentId, version, status, refundedMinor: '0', ...untouched },
      transition: { from: null, to: status, reason: 'TEST', source: 'API', message: null, ...moments },
    },
    occurredAt: at,
    ...over,
  };
}

/** The version that `paymentEvent` was given. */
export function versionOf(event: LogEvent): number {
  if (event.data.kind !== 'payment') throw new Error(`event ${event.id} is not about a payment`);
  return event.data.payment.version;
}

/** Appends events, each transaction with at most `each` of them. */
export async function append(db: Database, events: NewEvent[], each = 200, at?: Date): Promise<void> {
  for (let from = 0; from < events.length; from += each) {
    await transaction(db, (tx) => appendEvents(tx, events.slice(from, from + each), at ?? new Date()));
  }
}

/** Moves the outbox to the log without a tail. */
export async function sequence(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await db.pool.query<{ moved: string }>('SELECT event_sequence(500) AS moved');
    if (rows[0]?.moved === '0') return;
  }
}

/** `count` versions of one payment. */
export const versions = (count: number, over: Partial<NewEvent> = {}, paymentId = 'pay_1'): NewEvent[] =>
  Array.from({ length: count }, (_, index) => paymentEvent(paymentId, index + 1, over));

/** A hub with its tail, started, as one node has them; it stops when the test ends. */
export async function node(
  db: Database,
  options: Partial<HubOptions & TailOptions> = {},
): Promise<{ hub: Hub; publisher: HubPublisher; tail: Tail }> {
  const { hub, publisher } = createHub({ db, ...options });
  const tail = createTail({ db, publisher, log: createLog('silent'), ...options });
  await tail.start();
  onTestFinished(() => tail.stop());
  return { hub, publisher, tail };
}

/** The next `count` events of a stream, which is then closed. */
export async function take(stream: EventStream, count: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  if (count === 0) return events;
  for await (const event of stream) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

export const positions = (events: LogEvent[]): number[] => events.map((event) => Number(event.position));

/** first, first + 1, … last */
export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** An empty migrated database for one test. */
export async function freshDatabase(poolSize = 6): Promise<Database> {
  const url = await createTestDatabase();
  const db = await openDatabase(url, poolSize);
  onTestFinished(async () => {
    await db.close();
    await dropTestDatabase(url);
  });
  return db;
}

/** A promise and the function that keeps it. */
export function gate(): { open(): void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** The error with which a stream ends; fails when it hands out an event instead. */
export async function nextError(stream: EventStream): Promise<Error> {
  return stream[Symbol.asyncIterator]()
    .next()
    .then((result) => expect.fail(`handed out ${JSON.stringify(result.done)}`))
    .catch((error: Error) => error);
}
