import type { ProviderQuote } from '../../connectors/records.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { readUpstream } from '../provider/errors.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import { createProviderPayment, type ProviderPlan } from './create-provider-payment.ts';
import type { CreateTransferInput } from './create-transfer.ts';
import { checkNote, newPayment } from './new-payment.ts';
import type { UpstreamOrder } from './order.ts';
import { quoteOrder } from './price-upstream.ts';
import { recipientOf } from './recipient.ts';
import { transferUse } from './transfer.ts';

type ExchangeDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** A conversion: what arrives is named, what it costs is the provider's to say. */
export interface Conversion {
  from: WalletWithAccounts;
  fromCurrency: string;
  /** What arrives, in the target currency. */
  amount: MinorAmount;
  to: CreateTransferInput['to'];
}

/** A conversion with its price, and the order that carries it out. */
export interface PricedConversion {
  quote: ProviderQuote;
  order: UpstreamOrder;
  recipient: WalletWithAccounts | null;
}

/**
 * Buys one currency for another at the wallet's provider: into the wallet itself (an EXCHANGE), or into another one there (a TRANSFER).
 * `amount` is what arrives; the payment's own amount is what that costs at the provider's rate of now.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, LimitExceededError, NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError
 */
export function createExchange(
  deps: ExchangeDeps,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateTransferInput & { fromCurrency: string },
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, to, fromCurrency } = input;
  const note = checkNote(input.note);
  const payingWallet = async (tx: Tx) => {
    const from = await findWallet(tx, viewer, input.fromWalletId);
    if (!from) throw new NotFoundError('The paying wallet');
    checkWalletState(from, ['ACTIVE']);
    checkCurrency(from, fromCurrency, 'input.fromCurrency');
    return from;
  };
  return createProviderPayment<PricedConversion>(deps, viewer, {
    operation: 'transferCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    prepare: async () => priceConversion(deps, { from: await payingWallet(deps.db.prisma), fromCurrency, amount, to }),
    async plan(tx, id, now, prepared) {
      const from = await payingWallet(tx);
      return planExchange(deps, tx, { id, from, amount, note, priced: present(prepared, 'a price') }, now);
    },
  });
}

/**
 * What a conversion costs now, by the provider's own rate. Calls the provider; not for use inside a transaction.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function priceConversion(
  deps: ExchangeDeps,
  { from, fromCurrency, amount, to }: Conversion,
): Promise<PricedConversion> {
  const { prisma } = deps.db;
  const { connector } = await routeOfWallet(deps, prisma, from, { capability: 'EXCHANGE' });
  const { recipient, phone } = await recipientOf(deps, prisma, from, to);
  const order = {
    member: 'exchange' as const,
    recipientPhone: phone,
    fromCurrency,
    bought: { minor: amount.minor.toString(), currency: amount.currency },
    choice: {},
  };
  const call = { wallet: upstreamAccess(deps.vault, from) };
  const quote = await readUpstream(() => quoteOrder(connector.quotes, call, { order, amount }));
  if (!quote) throw new NotSupportedError(from.provider, 'QUOTES', 'The provider tells no rates beforehand.');
  if (quote.total.minor <= 0n)
    throw InvalidInputError.at('input.amount.amount', `is worth less than the smallest amount in ${fromCurrency}.`);
  return { quote, order, recipient };
}

interface Planned {
  id: string;
  from: WalletWithAccounts;
  amount: MinorAmount;
  note: string | null;
  priced: PricedConversion;
}

async function planExchange(
  deps: ExchangeDeps,
  tx: Tx,
  { id, from, amount, note, priced: { quote, order, recipient } }: Planned,
  now: Date,
): Promise<ProviderPlan> {
  const route = await routeOfWallet(deps, tx, from, { capability: 'EXCHANGE' });
  const { fee, total } = quote;
  const known = {
    id,
    partnerId: from.partnerId,
    amountMinor: total.minor - fee.minor,
    currency: total.currency,
    createdAt: now,
  };
  const own = recipient?.id === from.id;
  const payment = newPayment(own ? 'EXCHANGE' : 'TRANSFER', known, {
    sourceWalletId: from.id,
    sourceCustomerId: from.customerId,
    destinationWalletId: recipient?.id ?? null,
    destinationCustomerId: recipient?.customerId ?? null,
    destinationMinor: amount.minor,
    destinationCurrency: amount.currency,
    exchangeRate: quote.exchangeRate ?? null,
    feeMinor: fee.minor,
    fundingSource: 'BALANCE',
    note,
  });
  if (!own) await checkLimits(tx, [transferUse(payment, from)], now);
  return { payment, route, order: { ...order, ...(note ? { note } : {}) }, quoted: true };
}
