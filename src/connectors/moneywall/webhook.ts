import { createHash, timingSafeEqual } from 'node:crypto';
import type { CreditOrder } from '../credit-sessions.ts';
import type { InboundRequest, InboundVerdict, Webhooks } from '../webhooks.ts';

type Decision = 'APPROVED' | 'REFUSED';

/** One of the two addresses that a session is started with: nothing else in a call tells which order it is about (trap M6). */
export function callbackUrl({ url, token }: CreditOrder['callback'], orderId: string, decision: Decision): string {
  const address = new URL(url);
  address.search = new URLSearchParams({ order: orderId, token, decision: decision.toLowerCase() }).toString();
  return address.href;
}

/**
 * WEBHOOKS: MW-5 and MW-6. Neither method nor body nor signature is documented, so GET and POST are taken and the body is not read
 * (trap M6). That a call has the session's secret proves only that it came by an address of ours: the state is asked for.
 */
export const webhooksCapability: Webhooks = {
  operations: ['MW-5', 'MW-6'],
  registration: 'PER_CALL',
  signedWith({ query }) {
    const orderId = query.get('order');
    return orderId ? { creditSession: orderId } : null;
  },
  receive({ method, query }: InboundRequest, key): InboundVerdict {
    if (method !== 'POST' && method !== 'GET') return refused('MALFORMED', 405);
    const [orderId, token] = [query.get('order'), query.get('token')];
    const decision = decisions.get(query.get('decision') ?? '');
    if (!orderId || !token || !decision) return refused('MALFORMED', 400);
    // whoever guesses is not told whether it was the order or the secret
    if (key === null || key === undefined) return refused('NOT_EXPECTED', 404);
    if (!timingSafeEqual(digest(token), digest(key))) return refused('FORGED', 404);
    return {
      kind: 'news',
      news: { kind: 'creditSession', orderId, decision },
      dedupeKey: `credit:${orderId}:${decision}`,
      reply: { status: 200, body: '{}' },
    };
  },
};

const decisions = new Map<string, Decision>([
  ['approved', 'APPROVED'],
  ['refused', 'REFUSED'],
]);

/** Of one length, whatever was sent. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const refused = (why: 'FORGED' | 'MALFORMED' | 'NOT_EXPECTED', status: number): InboundVerdict => ({
  kind: 'refused',
  why,
  reply: { status, body: '{"error":"refused"}' },
});
