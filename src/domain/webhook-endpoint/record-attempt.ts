import type { Tx } from '../../db/client.ts';
import type { WebhookDelivery, WebhookEndpoint } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { giveUpAll } from './delete-endpoint.ts';
import { nextTry } from './schedule.ts';

/** What came of one try. */
export interface Attempt {
  at: Date;
  durationMs: number;
  /** Null when no whole answer came. */
  status: number | null;
  error: string | null;
  /** Until when the receiver asks to be left alone. */
  retryAfter: Date | null;
}

/** What a try means, in the order of how glad one is. */
export type AttemptOutcome = 'DELIVERED' | 'RETRY' | 'GIVEN_UP' | 'GONE';

const GONE = 410;
/** Too many requests, and what servers say that have too much to do. */
const OVERLOADED = [429, 502, 503, 504];

const isTaken = ({ status }: Attempt): boolean => status !== null && status >= 200 && status <= 299;

/**
 * Writes down what came of a try, and what follows: delivered, so that the next about the same object is due; to be tried again;
 * given up; or, where the receiver wants no more, the end of the endpoint. What others have brought further stays there.
 * @returns what followed
 */
export function recordAttempt(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { id, endpointId }: Pick<WebhookDelivery, 'id' | 'endpointId'>,
  attempt: Attempt,
): Promise<AttemptOutcome> {
  return transaction(db, async (tx) => {
    const endpoint = await lockState(tx, endpointId);
    const row = await tx.webhookDelivery.findUnique({ where: { id } });
    // deleted with its endpoint meanwhile: nobody is left to be told
    if (!endpoint || !row) return 'GIVEN_UP';
    const { at, status, error, durationMs } = attempt;
    const number = row.attempts + 1;
    await tx.webhookAttempt.create({ data: { deliveryId: id, number, at, status, error, durationMs } });
    const now = clock.now();
    const outcome = await conclude(tx, { ...row, attempts: number, tries: row.tries + 1 }, attempt, now);
    await changeEndpoint(tx, endpoint, row, attempt, now);
    return outcome;
  });
}

async function conclude(tx: Tx, row: WebhookDelivery, attempt: Attempt, now: Date): Promise<AttemptOutcome> {
  const { id, attempts, tries, giveUpAt } = row;
  const where = { id };
  if (isTaken(attempt)) {
    await tx.webhookDelivery.update({ where, data: { attempts, tries, state: 'DELIVERED', nextAttemptAt: null } });
    if (row.state === 'PENDING') await releaseNext(tx, row, now, null);
    return 'DELIVERED';
  }
  if (row.state !== 'PENDING') {
    await tx.webhookDelivery.update({ where, data: { attempts } });
    return row.state === 'DELIVERED' ? 'DELIVERED' : 'GIVEN_UP';
  }
  const gone = attempt.status === GONE;
  const again = gone ? null : nextTry({ tries, giveUpAt, now, retryAfter: attempt.retryAfter });
  if (again) {
    await tx.webhookDelivery.update({
      where,
      data: { attempts, tries, nextAttemptAt: again.at, giveUpAt: again.giveUpAt },
    });
    return 'RETRY';
  }
  await tx.webhookDelivery.update({ where, data: { attempts, tries, state: 'FAILED', nextAttemptAt: null } });
  await releaseNext(tx, row, now, giveUpAt);
  return gone ? 'GONE' : 'GIVEN_UP';
}

/**
 * The next about the same object is due.
 * @param giveUpAt the end of the schedule that the one before has used up: whoever waited for it does not begin anew, or a receiver
 *   that is gone would be tried for as many days as events wait
 */
async function releaseNext(
  tx: Tx,
  { endpointId, subject, inTurn, position }: WebhookDelivery,
  now: Date,
  giveUpAt: Date | null,
): Promise<void> {
  if (!inTurn) return;
  await tx.$executeRaw`
    UPDATE webhook_delivery SET next_attempt_at = ${now}, give_up_at = ${giveUpAt}
    WHERE id = (SELECT id FROM webhook_delivery
      WHERE endpoint_id = ${endpointId} AND subject = ${subject} AND state = 'PENDING' AND in_turn AND position > ${position}
      ORDER BY position LIMIT 1)`;
}

type EndpointState = Pick<WebhookEndpoint, 'id' | 'strained' | 'pausedUntil' | 'disabledAt' | 'deletedAt'>;

/** As `lockEndpoint`, in one statement. */
async function lockState(tx: Tx, id: string): Promise<EndpointState | undefined> {
  const rows = await tx.$queryRaw<EndpointState[]>`
    SELECT id, strained, paused_until AS "pausedUntil", disabled_at AS "disabledAt", deleted_at AS "deletedAt"
    FROM webhook_endpoint WHERE id = ${id} FOR NO KEY UPDATE`;
  return rows[0];
}

/** What the try says of the endpoint as a whole. */
async function changeEndpoint(
  tx: Tx,
  endpoint: EndpointState,
  { inTurn }: WebhookDelivery,
  attempt: Attempt,
  now: Date,
): Promise<void> {
  if (endpoint.deletedAt) return;
  const where = { id: endpoint.id };
  const { status, retryAfter } = attempt;
  if (status === GONE && !endpoint.disabledAt) {
    await tx.webhookEndpoint.update({ where, data: { disabledAt: now } });
    await giveUpAll(tx, endpoint.id);
    return;
  }
  const strained = status === null || OVERLOADED.includes(status);
  const pausedUntil = isTaken(attempt) ? null : (retryAfter ?? endpoint.pausedUntil);
  // what was asked for and is taken again shows that the endpoint is there again
  const disabledAt = isTaken(attempt) && !inTurn ? null : endpoint.disabledAt;
  const same =
    strained === endpoint.strained &&
    pausedUntil?.getTime() === endpoint.pausedUntil?.getTime() &&
    disabledAt === endpoint.disabledAt;
  if (!same) await tx.webhookEndpoint.update({ where, data: { strained, pausedUntil, disabledAt } });
}
