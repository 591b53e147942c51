import { z } from 'zod';
import { parseJson } from '../json.ts';
import type { PaymentStatus } from '../values.ts';
import type { Hooks, InboundRequest, InboundVerdict, News, Webhooks } from '../webhooks.ts';
import { billStates } from './map-invoice.ts';
import { isSignedBill, isSignedPayment } from './signature.ts';
import { paymentStatuses } from './status.ts';
import { billNotification, notification, notifiedPayment } from './wire-hooks.ts';

const BILL_SIGNATURE = 'x-api-signature-sha256';
const SECRET_KEY = 'p2pSecretKey';

/** What either notification wants to read (contract 2.9, appendix A.3). */
const PAYMENT_TAKEN = '{}';
const BILL_TAKEN = '{"error":"0"}';

/**
 * WEBHOOKS: payments of a wallet (HOK-7) and bills of its P2P API (P2P-5), told apart by the header in which only the latter
 * are signed. Neither signature covers enough to be believed (trap T58): what comes is a hint and the provider is asked.
 */
export const webhooksCapability = (hooks: Hooks): Webhooks => ({
  operations: ['HOK-1', 'HOK-2', 'HOK-3', 'HOK-4', 'HOK-5', 'HOK-6', 'HOK-7', 'P2P-5'],
  registration: 'API',
  hooks,
  signedWith(request) {
    if (isBill(request)) {
      const walletId = walletIdIn(request.path);
      return walletId === null ? null : { walletId, credential: SECRET_KEY };
    }
    const note = z.object({ hookId: z.string() }).safeParse(jsonOrUndefined(request));
    return note.success ? { hook: note.data.hookId } : null;
  },
  receive(request, key) {
    if (request.method !== 'POST') return refused('MALFORMED', 405);
    return isBill(request) ? receiveBill(request, key ?? null) : receivePayment(request, key ?? null);
  },
});

const isBill = ({ headers }: InboundRequest): boolean => headers[BILL_SIGNATURE] !== undefined;

/** The suffix of the address that INV-1 registers: `/<our wallet id>`. */
const walletIdIn = (path: string): string | null => /^\/([\w.-]+)\/?$/.exec(path)?.[1] ?? null;

/** HOK-7. A test is recognised before anything else: it has neither payment nor signature, and books nothing (trap T47). */
function receivePayment(request: InboundRequest, key: string | null): InboundVerdict {
  const body = jsonOrUndefined(request);
  const note = notification.safeParse(body);
  if (!note.success) return refused('MALFORMED', 400);
  const { hookId, messageId, test, hash, payment } = note.data;
  if (test) return taken({ kind: 'test', hookReference: hookId }, `test:${hookId}:${messageId}`, PAYMENT_TAKEN);
  if (!payment || !hash) return refused('MALFORMED', 400);
  if (key === null || !isSignedPayment(payment, hash, key)) return refused('FORGED', 401);
  const told = notifiedPayment.safeParse(payment);
  if (!told.success) return refused('MALFORMED', 400);
  const { txnId, type, status, personId, date } = told.data;
  const known = paymentStatuses[status] ?? 'UNKNOWN';
  const news: News = {
    kind: 'payment',
    reference: txnId,
    // the client's own id is told by the history only
    clientId: null,
    status: known,
    reason: reasons[known as PaymentStatus] ?? null,
    occurredAt: date,
    payment: null,
    walletNumber: personId,
    direction: type === 'IN' ? 'IN' : 'OUT',
  };
  return taken(news, `payment:${txnId}:${type}:${status}`, PAYMENT_TAKEN);
}

const reasons: Readonly<Partial<Record<PaymentStatus, 'COMPLETE' | 'DECLINE'>>> = {
  COMPLETED: 'COMPLETE',
  DECLINED: 'DECLINE',
};

/** P2P-5. */
function receiveBill(request: InboundRequest, key: string | null): InboundVerdict {
  const note = billNotification.safeParse(jsonOrUndefined(request));
  if (!note.success) return refused('MALFORMED', 400);
  const { siteId, billId, amount, status } = note.data.bill;
  const signed = { ...amount, billId, siteId, status: status.value };
  const hash = request.headers[BILL_SIGNATURE] ?? '';
  if (key === null || !isSignedBill(signed, hash, key)) return refused('FORGED', 401);
  const news: News = { kind: 'invoice', number: billId, state: billStates[status.value] ?? 'UNKNOWN', invoice: null };
  return taken(news, `bill:${siteId}:${billId}:${status.value}`, BILL_TAKEN);
}

function jsonOrUndefined({ body }: InboundRequest): unknown {
  try {
    return parseJson(Buffer.from(body).toString('utf8'));
  } catch {
    // no JSON is a malformed call, which is what undefined becomes
    return undefined;
  }
}

const taken = (news: News, dedupeKey: string, body: string): InboundVerdict => ({
  kind: 'news',
  news,
  dedupeKey,
  reply: { status: 200, body },
});
const refused = (why: 'FORGED' | 'MALFORMED', status: number): InboundVerdict => ({
  kind: 'refused',
  why,
  reply: { status, body: '{}' },
});
