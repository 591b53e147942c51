import { expect, test } from 'vitest';
import { callbackUrl, webhooksCapability } from '../../../src/connectors/moneywall/webhook.ts';
import type { InboundRequest } from '../../../src/connectors/webhooks.ts';
import { SECRET, wholeOrder } from './golden.ts';

/** A call to one of the addresses that a session was started with. */
function inbound(decision: 'APPROVED' | 'REFUSED', change: Partial<InboundRequest> = {}): InboundRequest {
  const url = new URL(callbackUrl(wholeOrder.callback, wholeOrder.orderId, decision));
  return { method: 'POST', path: '', query: url.searchParams, headers: {}, body: new Uint8Array(), ...change };
}

const { receive, signedWith, registration } = webhooksCapability;

test('The address is ours, with the order and the secret of the session', () => {
  expect(callbackUrl(wholeOrder.callback, wholeOrder.orderId, 'APPROVED')).toBe(
    `http://gateway.example/webhooks/moneywall/pac_1?order=vpih-234lgh&token=${SECRET}&decision=approved`,
  );
  expect(registration).toBe('PER_CALL');
});

test.each([
  ['MW-5', 'POST', 'APPROVED'],
  ['MW-5', 'GET', 'APPROVED'],
  ['MW-6', 'POST', 'REFUSED'],
  ['MW-6', 'GET', 'REFUSED'],
] as const)('%s by %s is a hint of %s, whatever stands in its body', (_operation, method, decision) => {
  for (const body of ['', '{"state":"voided"}', 'order=another']) {
    const request = inbound(decision, { method, body: Buffer.from(body) });
    expect(signedWith?.(request)).toEqual({ creditSession: 'vpih-234lgh' });
    expect(receive(request, SECRET)).toEqual({
      kind: 'news',
      news: { kind: 'creditSession', orderId: 'vpih-234lgh', decision },
      dedupeKey: `credit:vpih-234lgh:${decision}`,
      reply: { status: 200, body: '{}' },
    });
  }
});

const query = (text: string) => ({ query: new URLSearchParams(text) });

test.each<[what: string, request: InboundRequest, key: string | null, why: string, status: number]>([
  ['another method', inbound('APPROVED', { method: 'PUT' }), SECRET, 'MALFORMED', 405],
  ['no order', inbound('APPROVED', query(`token=${SECRET}&decision=approved`)), SECRET, 'MALFORMED', 400],
  ['no secret', inbound('APPROVED', query('order=vpih-234lgh&decision=approved')), SECRET, 'MALFORMED', 400],
  [
    'another decision',
    inbound('APPROVED', query(`order=a&token=${SECRET}&decision=toString`)),
    SECRET,
    'MALFORMED',
    400,
  ],
  ['another secret', inbound('APPROVED', query('order=a&token=guessed&decision=approved')), SECRET, 'FORGED', 404],
  ['a session that nobody knows', inbound('APPROVED'), null, 'NOT_EXPECTED', 404],
])('A call with %s is refused', (_what, request, key, why, status) => {
  expect(receive(request, key)).toMatchObject({ kind: 'refused', why, reply: { status } });
});

test('A call that names no order is signed by nobody', () => {
  expect(signedWith?.(inbound('APPROVED', query('token=a')))).toBeNull();
});
