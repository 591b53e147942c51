import { refund, start } from './engine.ts';
import { invalid, Refusal } from './errors.ts';
import { Fields } from './fields.ts';
import type { Call, Operation } from './http.ts';
import type { Partner, Session } from './model.ts';
import { decimalView } from './money.ts';
import { orderOf } from './order.ts';
import type { World } from './world.ts';

/** MW-1, MW-3 and MW-4 (sections 2.1, 2.3, 2.4). */

/** The address of a session's application page (MW-8). */
export const frameUrl = (world: World, { id }: Session): string =>
  `${world.url()}/frame/credit_applications/${id}/payment_graph`;

/** The partner's session of an order. @throws Refusal 404 for an unknown or a foreign one */
export function sessionNamed(world: World, partner: Partner, orderId: string): Session {
  const session = world.sessionOf(partner, orderId);
  if (session === undefined) throw new Refusal(404, 'there is no such order', 'order_id');
  return session;
}

/** MW-1: one session for each order, for ever (trap M10). */
function init(world: World, { body, partner }: Call): object {
  const order = orderOf(body, world.settings, world.clock.now());
  if (world.sessionOf(partner, order.orderId) !== undefined)
    throw new Refusal(409, 'the order has a session already', 'order_id');
  const session = start(world, partner, order);
  return { id: session.id, amount: decimalView(session.amount), frame_url: frameUrl(world, session) };
}

/** MW-3. */
function state(world: World, { query, partner }: Call): object {
  const { order_id: orderId = '' } = query;
  if (orderId === '') invalid('order_id', 'is required');
  const session = sessionNamed(world, partner, orderId);
  return { order_id: session.orderId, state: session.state };
}

/** MW-4: each accepted call refunds (trap M16). */
function giveBack(world: World, { body, partner }: Call): null {
  const fields = new Fields(body, world.settings.strict);
  const orderId = fields.text('order_id');
  const amount = fields.amount('amount');
  refund(world, sessionNamed(world, partner, orderId), amount, 'partner');
  return null;
}

/** The operations with JSON bodies. */
export const paymentOperations = (world: World): Operation[] => [
  { id: 'MW-1', method: 'POST', path: '/payments/init', body: 'json', handle: (call) => init(world, call) },
  { id: 'MW-3', method: 'GET', path: '/payments/state', handle: (call) => state(world, call) },
  { id: 'MW-4', method: 'POST', path: '/payments/refund', body: 'json', handle: (call) => giveBack(world, call) },
];
