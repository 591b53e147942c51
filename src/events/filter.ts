import type { EventType, LogEvent } from './event.ts';

/** What a reader may see. */
export interface EventScope {
  /** Null: an administrator, who sees all partners. */
  partnerId: string | null;
  /** When set: only events whose audience has this customer. */
  customerId: string | null;
}

/** What a reader wants to see; each member narrows, an empty `types` leaves nothing. */
export interface EventFilter {
  types?: EventType[];
  walletId?: string;
  paymentId?: string;
  customerId?: string;
}

/** Does a reader of this scope and filter get this event? */
export function matches(scope: EventScope, filter: EventFilter, event: LogEvent): boolean {
  if (scope.partnerId !== null && event.partnerId !== scope.partnerId) return false;
  if (scope.customerId !== null && !event.audience.includes(scope.customerId)) return false;
  if (filter.types !== undefined && !filter.types.includes(event.type)) return false;
  if (filter.walletId !== undefined && !event.walletIds.includes(filter.walletId)) return false;
  if (filter.paymentId !== undefined && event.paymentId !== filter.paymentId) return false;
  return filter.customerId === undefined || event.audience.includes(filter.customerId);
}

/**
 * What a row of event_log meets that has an event for the reader, as SQL: conditions of which a row meets one at most; each is read in
 * order of position by one index. A row has two wallets and two customers at most, which the database holds. Which of its events those
 * are `matches` tells.
 * @param values parameters so far; those of the conditions are added to it
 */
export function conditions(scope: EventScope, filter: EventFilter, values: unknown[]): string[] {
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const all: string[] = [];
  const either = (column: string, value: unknown): string[] => {
    const id = parameter(value);
    return [`${column}[1] = ${id}`, `${column}[2] = ${id} AND ${column}[1] IS DISTINCT FROM ${id}`];
  };
  if (scope.partnerId !== null) all.push(`partner_id = ${parameter(scope.partnerId)}`);
  if (filter.types !== undefined) all.push(`types && ${parameter(filter.types)}::text[]`);
  if (filter.paymentId !== undefined) all.push(`payment_id = ${parameter(filter.paymentId)}`);
  const sides: string[][] = [];
  if (filter.walletId !== undefined) sides.push(either('wallet_ids', filter.walletId));
  for (const customerId of [filter.customerId, scope.customerId]) {
    if (customerId !== undefined && customerId !== null) sides.push(either('audience', customerId));
  }
  // of a payment there are few rows: they are not read twice
  const [drives, ...others] = filter.paymentId === undefined ? sides : [undefined, ...sides];
  all.push(...others.map((side) => `(${side?.join(' OR ')})`));
  return (drives ?? ['true']).map((side) => [...all, side].join(' AND '));
}

/** The narrowest single key of a reader: where the hub files it, so that other events never touch it. */
export function readerKey(scope: EventScope, filter: EventFilter): string {
  if (filter.paymentId !== undefined) return `payment ${filter.paymentId}`;
  if (filter.walletId !== undefined) return `wallet ${filter.walletId}`;
  const customerId = filter.customerId ?? scope.customerId;
  if (customerId !== null) return `customer ${customerId}`;
  return scope.partnerId === null ? 'everything' : `partner ${scope.partnerId}`;
}

/** Each key under which an interested reader may be filed, once. */
export function eventKeys(event: LogEvent): Set<string> {
  const keys = new Set(['everything', `partner ${event.partnerId}`]);
  if (event.paymentId !== null) keys.add(`payment ${event.paymentId}`);
  for (const walletId of event.walletIds) keys.add(`wallet ${walletId}`);
  for (const customerId of event.audience) keys.add(`customer ${customerId}`);
  return keys;
}
