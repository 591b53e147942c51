import { HttpFailure, type HttpFailureKind } from '../../connectors/http.ts';
import { NOT_CALLED } from '../../connectors/webhook-client.ts';
import type { WebhookEndpoint, WebhookSecret } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { LogEvent } from '../../events/event.ts';
import { readPositions } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { bodyOf } from './body.ts';
import type { Claim } from './claim-deliveries.ts';
import { type Attempt, type AttemptOutcome, recordAttempt } from './record-attempt.ts';
import { readRetryAfter } from './schedule.ts';
import { signatures } from './sign.ts';
import { openSecrets } from './store.ts';

type AttemptDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'webhooks'>;

/** A delivery with what is sent and where. */
export interface Outgoing {
  claim: Claim;
  endpoint: WebhookEndpoint & { secrets: WebhookSecret[] };
  event: LogEvent;
}

/** What is sent for these claims, read at once; those are left out whose endpoint was deleted meanwhile. */
export async function readOutgoing({ db }: Pick<Deps, 'db'>, claims: readonly Claim[]): Promise<Outgoing[]> {
  if (claims.length === 0) return [];
  const found = await db.prisma.webhookEndpoint.findMany({
    where: { id: { in: [...new Set(claims.map(({ endpointId }) => endpointId))] }, deletedAt: null },
    include: { secrets: true },
  });
  const endpoints = new Map(found.map((endpoint) => [endpoint.id, endpoint]));
  const positions = [...new Set(claims.map(({ position }) => position))];
  const events = new Map((await readPositions(db, positions)).map((event) => [event.position, event]));
  return claims.flatMap((claim) => {
    const endpoint = endpoints.get(claim.endpointId);
    return endpoint ? { claim, endpoint, event: present(events.get(claim.position), 'the event of a delivery') } : [];
  });
}

/**
 * Sends a delivery that was claimed, once, and writes down what came of it. Its id is the event's, the same at each try; time and
 * signatures are those of the try.
 * @param inTurnOf lets a part of the work begin when there is room for it at the database
 */
export async function attemptDelivery(
  deps: AttemptDeps,
  outgoing: Outgoing,
  inTurnOf: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<AttemptOutcome> {
  const attempt = await send(deps, compose(deps, outgoing));
  return inTurnOf(() => recordAttempt(deps, outgoing.claim, attempt));
}

interface SignedRequest {
  url: string;
  at: Date;
  headers: Record<string, string>;
  body: string;
}

function compose({ vault, clock }: AttemptDeps, { endpoint, event }: Outgoing): SignedRequest {
  const body = bodyOf(event);
  const at = clock.now();
  const timestamp = Math.trunc(at.getTime() / 1000);
  const headers = {
    'user-agent': 'Koshel-Webhooks',
    'webhook-id': event.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures(openSecrets(vault, endpoint.secrets, at), event.id, timestamp, body),
  };
  return { url: endpoint.url, at, headers, body };
}

async function send({ webhooks, clock }: AttemptDeps, { at, ...request }: SignedRequest): Promise<Attempt> {
  const begun = performance.now();
  const durationMs = () => Math.round(performance.now() - begun);
  try {
    const { status, headers } = await webhooks.send(request);
    const retryAfter = readRetryAfter(headers['retry-after'], clock.now());
    return { at, durationMs: durationMs(), status, error: explain(status), retryAfter };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return { at, durationMs: durationMs(), status: null, error: failure(error), retryAfter: null };
  }
}

/** What the status alone does not tell. */
function explain(status: number): string | null {
  if (status >= 300 && status <= 399) return 'Redirects are not followed. Register the address that it leads to.';
  return status === 410 ? 'The receiver wants no more: the endpoint was disabled.' : null;
}

const failures: Record<HttpFailureKind, string> = {
  CONNECTION_FAILED: 'No connection could be made',
  CONNECTION_LOST: 'The connection broke before the answer was complete',
  DEADLINE: 'No answer came in time',
  TOO_LARGE: 'The answer was too long. A status is enough',
};

function failure({ kind, cause }: HttpFailure): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  if (code === NOT_CALLED) return `Not sent: the address ${message}`;
  return `${failures[kind]}${typeof code === 'string' ? `: ${code}` : ''}.`;
}
