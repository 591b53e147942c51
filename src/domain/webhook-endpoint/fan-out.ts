import type { Tx } from '../../db/client.ts';
import type { WebhookEndpoint } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { LogEvent } from '../../events/event.ts';
import { lastPosition, readRange } from '../../events/log.ts';
import { MOST } from '../../events/run.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import { subjectOf } from './body.ts';

/** Positions of the log in one transaction. */
const AT_A_TIME = 500n;

type Endpoint = Pick<WebhookEndpoint, 'id' | 'partnerId' | 'eventTypes' | 'fromPosition' | 'disabledAt'>;

/**
 * Carries the log on into deliveries: a row for each endpoint that is to be told of an event, once, whoever does it. The first about
 * its object is due at once, each later one when the one before is done with.
 * @param patience `SKIP`: another process that is at it is left to it; `WAIT`: afterwards the log is carried on, by whomever
 * @returns whether there may be more
 */
export async function fanOut({ db, clock }: Pick<Deps, 'db' | 'clock'>, patience: 'SKIP' | 'WAIT'): Promise<boolean> {
  const end = await lastPosition(db);
  const cursor = await db.prisma.webhookCursor.findUniqueOrThrow({ where: { id: 1 } });
  if (cursor.position >= end) return false;
  return transaction(db, async (tx) => {
    const rows =
      patience === 'SKIP'
        ? await tx.$queryRaw<{ position: bigint }[]>`SELECT position FROM webhook_cursor FOR UPDATE SKIP LOCKED`
        : await tx.$queryRaw<{ position: bigint }[]>`SELECT position FROM webhook_cursor FOR UPDATE`;
    const after = rows[0]?.position;
    if (after === undefined || after >= end) return false;
    const upTo = after + AT_A_TIME > end ? end : after + AT_A_TIME;
    const endpoints = await lockEndpoints(tx, after, upTo);
    const partners = [...new Set(endpoints.map(({ partnerId }) => partnerId))];
    const events = partners.length === 0 ? [] : await readRange(tx, partners, { after, upTo });
    await createDeliveries(tx, events.flatMap(deliveriesTo(endpoints)), clock.now());
    await tx.webhookCursor.update({ where: { id: 1 }, data: { position: upTo } });
    return upTo < end;
  });
}

const PASS_OVER = {
  name: 'webhooks_pass_over',
  text: `WITH seen AS MATERIALIZED (
      SELECT (SELECT coalesce(max(position), 0) FROM event_log) AS last,
        EXISTS (SELECT FROM webhook_endpoint WHERE deleted_at IS NULL) AS listening
    ), moved AS (
      UPDATE webhook_cursor c SET position = seen.last FROM seen
      WHERE NOT seen.listening AND c.position < seen.last AND c.id IN (SELECT id FROM webhook_cursor FOR UPDATE SKIP LOCKED)
    )
    SELECT listening FROM seen`,
};

/**
 * Leaves the whole log behind at once when there is nobody to be told of it. End and endpoints are seen in the same moment, so that
 * whoever was there before an event is not passed over.
 * @returns whether there is no endpoint at all: then nothing can be due either
 */
export async function passOver({ db }: Pick<Deps, 'db'>): Promise<boolean> {
  const { rows } = await db.pool.query<{ listening: boolean }>(PASS_OVER);
  return !present(rows[0], 'whether anybody listens').listening;
}

/**
 * The endpoints of partners to whom something happened there. They are read after its end is known, so that whoever was there
 * before one of these events is among them, and locked, so that none is disabled before what it is told is written.
 */
const lockEndpoints = (tx: Tx, after: bigint, upTo: bigint): Promise<Endpoint[]> =>
  tx.$queryRaw<Endpoint[]>`
    SELECT id, partner_id AS "partnerId", event_types AS "eventTypes", from_position AS "fromPosition",
      disabled_at AS "disabledAt"
    FROM webhook_endpoint
    WHERE deleted_at IS NULL
      AND partner_id IN (SELECT partner_id FROM event_log WHERE position > ${after} AND position - events < ${upTo}
        AND position < ${upTo + BigInt(MOST)})
    ORDER BY id FOR SHARE`;

interface NewDelivery {
  endpointId: string;
  event: LogEvent;
  subject: string;
}

const deliveriesTo =
  (endpoints: readonly Endpoint[]) =>
  (event: LogEvent): NewDelivery[] =>
    endpoints
      .filter((endpoint) => isTold(endpoint, event))
      .map(({ id }) => ({ endpointId: id, event, subject: subjectOf(event) }));

function isTold(endpoint: Endpoint, event: LogEvent): boolean {
  if (event.partnerId !== endpoint.partnerId) return false;
  if (event.data.kind === 'test') return event.data.endpointId === endpoint.id;
  if (endpoint.disabledAt !== null || event.position <= endpoint.fromPosition) return false;
  return endpoint.eventTypes.length === 0 || endpoint.eventTypes.includes(event.type);
}

/** Of each object the first that nobody is before is due now; the others wait. */
async function createDeliveries(tx: Tx, deliveries: NewDelivery[], now: Date): Promise<void> {
  if (deliveries.length === 0) return;
  const key = ({ endpointId, subject }: { endpointId: string; subject: string }) => `${endpointId} ${subject}`;
  const open = await tx.webhookDelivery.findMany({
    where: {
      state: 'PENDING',
      inTurn: true,
      endpointId: { in: [...new Set(deliveries.map(({ endpointId }) => endpointId))] },
      subject: { in: [...new Set(deliveries.map(({ subject }) => subject))] },
    },
    select: { endpointId: true, subject: true },
    distinct: ['endpointId', 'subject'],
  });
  const taken = new Set(open.map(key));
  const rows = deliveries.map((delivery) => {
    const { endpointId, event, subject } = delivery;
    const inTurn = event.data.kind !== 'test';
    const waits = inTurn && taken.has(key(delivery));
    taken.add(key(delivery));
    const position = String(event.position);
    return { id: newId('WebhookDelivery'), endpointId, eventId: event.id, position, subject, inTurn, waits };
  });
  await tx.$executeRaw`
    INSERT INTO webhook_delivery (id, endpoint_id, event_id, position, log_position, subject, in_turn, next_attempt_at, created_at)
    SELECT id, "endpointId", "eventId", position, (SELECT min(l.position) FROM event_log l WHERE l.position >= n.position), subject, "inTurn", CASE WHEN waits THEN NULL ELSE ${now}::timestamptz END,
      ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n (id text, "endpointId" text, "eventId" text,
      position bigint, subject text, "inTurn" boolean, waits boolean)`;
}
