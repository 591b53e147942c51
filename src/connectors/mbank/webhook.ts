import { createHash, timingSafeEqual } from 'node:crypto';
import { parseJson } from '../json.ts';
import type { InboundRequest, InboundVerdict, News, Webhooks } from '../webhooks.ts';
import { mapPayment } from './map.ts';
import { cardStates, notifications, paymentStatuses } from './status.ts';
import { cardNotification, paymentNotification } from './wire.ts';

/**
 * WEBHOOKS (contract 2.11): `notify.payment` and `notify.card`, told apart by their bodies, at any path below our
 * address. The token is a constant that signs nothing (trap T-49), so what comes is a hint and the provider is asked.
 */
export function webhooksCapability({ appId, appSecret }: { appId: string; appSecret: string }): Webhooks {
  const token = createHash('sha1')
    .update(appId + appSecret)
    .digest('hex');
  return {
    operations: ['notify.payment', 'notify.card'],
    registration: 'MANUAL',
    receive(request) {
      if (request.method !== 'POST') return refused('MALFORMED', 405);
      const given = (name: string) => request.query.get(name) ?? request.headers[name] ?? '';
      const genuine = isSame(given('app_id'), appId) && isSame(given('access_token').toLowerCase(), token);
      return genuine ? read(request) : refused('FORGED', 401);
    },
  };
}

/** In constant time: over digests, so that lengths do not show either. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function read(request: InboundRequest): InboundVerdict {
  const body = jsonOrUndefined(Buffer.from(request.body).toString('utf8'));
  const payment = paymentNotification.safeParse(body);
  if (payment.success) {
    const { id } = payment.data.payment;
    const { created_at, type } = payment.data;
    return accepted(paymentNews(payment.data), `payment:${id}:${type}:${created_at.toISOString()}`);
  }
  const card = cardNotification.safeParse(body);
  if (!card.success) return refused('MALFORMED', 400);
  const { id, state, wallet } = card.data;
  const news: News = {
    kind: 'card',
    reference: id,
    walletNumber: wallet?.phone ?? null,
    state: cardStates[state] ?? 'UNKNOWN',
  };
  return accepted(news, `card:${id}:${state}`);
}

function paymentNews(note: ReturnType<typeof paymentNotification.parse>): News {
  const payment = mapPayment(note.payment);
  const kind = note.type in notifications ? notifications[note.type as keyof typeof notifications] : null;
  // undo arrives as `declined`, which a plain reading would take for a refusal
  const plain = kind?.status === 'REVERSED' ? 'DECLINED' : kind?.status;
  const consistent = kind === null || plain === paymentStatuses[note.to];
  return {
    kind: 'payment',
    reference: payment.reference,
    clientId: payment.clientId,
    status: consistent ? (kind?.status ?? paymentStatuses[note.to] ?? 'UNKNOWN') : 'UNKNOWN',
    reason: consistent ? (kind?.reason ?? null) : null,
    occurredAt: note.created_at,
    payment,
  };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // no JSON is a malformed call, which is what undefined becomes
    return undefined;
  }
}

const reply = (status: number) => ({ status, body: JSON.stringify({ meta: { code: status } }) });
const accepted = (news: News, dedupeKey: string): InboundVerdict => ({
  kind: 'news',
  news,
  dedupeKey,
  reply: reply(200),
});
const refused = (why: 'FORGED' | 'MALFORMED', status: number): InboundVerdict => ({
  kind: 'refused',
  why,
  reply: reply(status),
});
