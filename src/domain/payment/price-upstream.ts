import { type Outcome, outcomeOf } from '../../connectors/outcome.ts';
import type { ProviderQuote, Quotes } from '../../connectors/records.ts';
import type { Money } from '../../money/money.ts';
import type { Trace, Upstream } from './attempt.ts';
import { accountOf, type UpstreamOrder } from './order.ts';

/** What is to be priced: an amount, and what the order says of the payee. */
interface Priced {
  order: UpstreamOrder;
  amount: Money;
}

/**
 * The price of an order, where its provider prices what it has not been asked to do yet. A question: nothing moves.
 * @returns null where this provider tells no prices beforehand, or this kind of payment costs nothing there
 * @throws ProviderRejected, ProviderUnavailable, ProtocolError
 */
export async function quoteOrder(
  quotes: Quotes | undefined,
  call: Trace['call'],
  { order, amount }: Priced,
): Promise<ProviderQuote | null> {
  const serviceReference = serviceOf(quotes, order);
  if (!quotes || serviceReference === undefined) return null;
  const account = accountOf(order);
  return quotes.quote(call, {
    amount,
    serviceReference,
    ...(account ? { account } : {}),
    ...(order.fromCurrency ? { fromCurrency: order.fromCurrency } : {}),
  });
}

function serviceOf(quotes: Quotes | undefined, { member, serviceReference }: UpstreamOrder): string | undefined {
  if (member === 'transfers') return quotes?.transferService;
  if (member === 'exchange') return quotes?.exchangeService;
  return serviceReference;
}

/** Prices a payment whose provider has one phase: there the price is a question of its own, asked before it is confirmed. */
export const priceUpstream = (
  { connector, order, payment }: Upstream,
  { call }: Trace,
): Promise<Outcome<ProviderQuote | null>> =>
  outcomeOf(() =>
    quoteOrder(connector.quotes, call, { order, amount: { minor: payment.amountMinor, currency: payment.currency } }),
  );
