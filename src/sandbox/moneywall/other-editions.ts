import { Fields } from './fields.ts';
import type { Call, Operation } from './http.ts';
import { contactOf, PRODUCT_TYPES } from './order.ts';
import type { World } from './world.ts';

/**
 * Appendix A.2: two operations of earlier and later editions. They are no part of the contract, and unknown unless the
 * setting `otherEditions` offers them.
 */

/** States of the sessions that were started in a period, both ends included. */
function states(world: World, { query, partner }: Call): object[] {
  const fields = new Fields(query, world.settings.strict);
  const from = fields.moment('from').at;
  const till = fields.moment('till').at;
  return [...world.sessions.values()]
    .filter((session) => session.partner === partner && session.createdAt >= from && session.createdAt <= till)
    .map(({ orderId, state }) => ({ order_id: orderId, state }));
}

/** Of a flight only these are asked for. */
function checkFlight(flight: Fields): void {
  for (const name of ['arrival_dt', 'departure_dt']) flight.moment(name);
  for (const name of ['orig', 'dest']) flight.text(name);
}

/** The pre-check of an application; it leaves no trace. */
function precheck(world: World, { body }: Call): object {
  const fields = new Fields(body, world.settings.strict);
  contactOf(fields);
  fields.amount('amount');
  fields.optional('registration_date', (name) => fields.day(name));
  fields.optional('orders_completed', (name) => fields.integer(name));
  fields.optional('product_type', (name) => fields.oneOf(name, PRODUCT_TYPES));
  const product = fields.optional('product', (name) => fields.object(name));
  for (const segment of product?.objects('segments') ?? []) segment.objects('flights').forEach(checkFlight);
  return { result: world.settings.precheck };
}

/** The operations of appendix A.2. */
export function otherEditions(world: World): Operation[] {
  const offered = () => world.settings.otherEditions;
  return [
    { id: 'states', method: 'GET', path: '/payments/states', offered, handle: (call) => states(world, call) },
    {
      id: 'validate',
      method: 'POST',
      path: '/credit_applications/validate',
      body: 'json',
      offered,
      handle: (call) => precheck(world, call),
    },
  ];
}
