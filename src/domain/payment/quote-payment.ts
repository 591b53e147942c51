import type { ProviderQuote } from '../../connectors/records.ts';
import type { Deps } from '../../deps.ts';
import { DomainError, InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { shareOf } from '../../money/decimal.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { payableCard } from '../card/store.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { LimitExceededError } from '../limit/errors.ts';
import { ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import { ownBankAccount } from './create-bank-payout.ts';
import { priceConversion } from './create-exchange.ts';
import { isForOwnBank } from './create-payout.ts';
import { checkAmount } from './new-payment.ts';
import type { PayoutTarget } from './payees.ts';
import { type PricedRoute, pricePayoutRoutes } from './payout-routes.ts';
import { quoteOrder } from './price-upstream.ts';
import { recipientOf } from './recipient.ts';
import { orderService } from './service-order.ts';
import { prepareSecondLeg } from './two-leg-transit.ts';

export interface QuotePaymentInput {
  /** The wallet that pays; nobody's in particular when left out. */
  walletId?: string | undefined;
  /** A kept card of that wallet, which would pay in its place. */
  cardId?: string | undefined;
  amount: MinorAmount;
  destination: PayoutTarget;
  fromCurrency?: string | undefined;
  provider?: string | undefined;
}

/** What a fee is made of. */
export interface FeeLine {
  kind: 'PROVIDER' | 'FUNDING_SOURCE' | 'OURS';
  amount: MinorAmount;
}

/** One way for a payment, with what the payer would be charged; without a price where it cannot be taken. */
export interface QuotedRoute {
  provider: string;
  price: { fee: MinorAmount; fees: FeeLine[]; total: MinorAmount } | null;
  destinationAmount: MinorAmount | null;
  exchangeRate: string | null;
  /** Why it cannot be taken; null when it can. */
  reason: string | null;
}

type QuoteDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * What a payment would cost by each route that can carry it, cheapest first. Nothing is created; providers are asked.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, ProviderUnavailableError when there is no route at all
 */
export async function quotePayment(
  deps: QuoteDeps,
  viewer: TenantViewer,
  { walletId, cardId, destination, ...input }: QuotePaymentInput,
): Promise<QuotedRoute[]> {
  checkAmount(input.amount, 'input.amount');
  const wallet = walletId === undefined ? null : await findWallet(deps.db.prisma, viewer, walletId);
  if (walletId !== undefined && !wallet) throw new NotFoundError('The paying wallet');
  if (destination.nickname !== undefined)
    throw InvalidInputError.at('input.destination.nickname', 'stands in links only; name the wallet by its phone.');
  const { amount, fromCurrency } = input;
  const converts = fromCurrency !== undefined && fromCurrency !== amount.currency;
  const toWallet = destination.walletId !== undefined || destination.walletPhone !== undefined;
  if (cardId !== undefined) return [await quoteTransit(deps, viewer, wallet, cardId, { ...input, destination })];
  if (toWallet) return [await quoteTransfer(deps, wallet, { ...input, destination })];
  if (converts)
    throw InvalidInputError.at(
      'input.fromCurrency',
      'goes with a wallet as destination; other payees take one currency.',
    );
  if (!(wallet && isMirrored(wallet)) && isForOwnBank(destination, input.provider)) {
    ownBankAccount(destination.bankAccount);
    const over = wallet && (await overLimit(deps, wallet, 'PAYOUT', amount));
    return [over ? refused('LOCAL', over) : plainView('LOCAL', amount, 0n, 'OURS')];
  }
  const wish = { wallet, partnerId: viewer.partnerId, target: destination, amount, provider: input.provider };
  return (await pricePayoutRoutes(deps, wish).catch(onlyWayIsDown)).map((way) =>
    way instanceof ProviderUnavailableError ? refused(way.provider, way) : payoutView(way, amount),
  );
}

/** A service has one way: that of its provider. */
function onlyWayIsDown(error: unknown): ProviderUnavailableError[] {
  if (error instanceof ProviderUnavailableError) return [error];
  throw error;
}

function payoutView(priced: PricedRoute, amount: MinorAmount): QuotedRoute {
  const { provider } = priced.route.account;
  if ('refusal' in priced) return refused(provider, priced.refusal);
  const { quote, found } = priced;
  return quote ? quotedView(provider, quote) : plainView(provider, amount, found.feeMinor, 'PROVIDER');
}

/** Which of the caps here stands in the way; null when none does. */
async function overLimit(
  { db, clock }: QuoteDeps,
  { id: walletId, identificationLevel: level }: WalletWithAccounts,
  kind: 'PAYOUT' | 'TRANSFER',
  { minor: amountMinor, currency }: MinorAmount,
): Promise<LimitExceededError | null> {
  try {
    await checkLimits(db.prisma, [{ walletId, level, kind, currency, amountMinor }], clock.now());
    return null;
  } catch (error) {
    if (error instanceof LimitExceededError) return error;
    throw error;
  }
}

const refused = (provider: string, refusal: DomainError): QuotedRoute => ({
  provider,
  price: null,
  destinationAmount: null,
  exchangeRate: null,
  reason: refusal.message,
});

function quotedView(provider: string, quote: ProviderQuote): QuotedRoute {
  const { fee, total, fees = [{ kind: 'PROVIDER' as const, amount: fee }] } = quote;
  return {
    provider,
    price: { fee, fees: fees.filter(({ amount }) => amount.minor !== 0n), total },
    destinationAmount: quote.destinationAmount ?? null,
    exchangeRate: quote.exchangeRate ?? null,
    reason: null,
  };
}

function plainView(provider: string, amount: MinorAmount, minor: bigint, kind: FeeLine['kind']): QuotedRoute {
  const fee = { minor, currency: amount.currency };
  const total = { minor: amount.minor + minor, currency: amount.currency };
  const fees = minor === 0n ? [] : [{ kind, amount: fee }];
  return { provider, price: { fee, fees, total }, destinationAmount: amount, exchangeRate: null, reason: null };
}

/** A kept card pays a service: by the service's tariff at the provider that keeps the card. */
async function quoteTransit(
  deps: QuoteDeps,
  viewer: TenantViewer,
  wallet: WalletWithAccounts | null,
  cardId: string,
  { amount, destination: { service, phone } }: Omit<QuotePaymentInput, 'walletId' | 'cardId'>,
): Promise<QuotedRoute> {
  if (!wallet) throw InvalidInputError.at('input.walletId', 'must be given: a kept card belongs to a wallet.');
  if (service === undefined && phone === undefined)
    throw InvalidInputError.at('input.destination', 'a card pays services and phones only.');
  const card = await payableCard(deps.db.prisma, viewer, wallet.id, cardId);
  const about = { amount, capability: 'TRANSITS' as const, provider: card.provider, path: ['input', 'destination'] };
  try {
    const { feeMinor } = await orderService(deps, viewer.partnerId, { service, phone }, about);
    return plainView(card.provider, amount, feeMinor, 'PROVIDER');
  } catch (error) {
    // another provider's service is paid there once the card has been charged here
    if (!(error instanceof NotSupportedError) || service === undefined || isMirrored(wallet)) throw error;
    const { charge } = await prepareSecondLeg(deps, viewer, { service, amount });
    return plainView(card.provider, amount, charge - amount.minor, 'PROVIDER');
  }
}

/** A transfer: by the partner's own tariff between LOCAL wallets, else at the wallet's provider, in one currency or two. */
async function quoteTransfer(
  deps: QuoteDeps,
  from: WalletWithAccounts | null,
  { amount, fromCurrency, destination }: Omit<QuotePaymentInput, 'walletId'>,
): Promise<QuotedRoute> {
  const { prisma } = deps.db;
  if (!from) throw InvalidInputError.at('input.walletId', 'must be given: a wallet is paid by a wallet.');
  const over = await overLimit(deps, from, 'TRANSFER', amount);
  if (over) return refused(from.provider, over);
  if (!isMirrored(from)) {
    const partner = await prisma.partner.findUniqueOrThrow({ where: { id: from.partnerId } });
    return plainView('LOCAL', amount, shareOf(amount.minor, partner.transferFeeBasisPoints), 'OURS');
  }
  const to = { walletId: destination.walletId, phone: destination.walletPhone };
  try {
    if (fromCurrency !== undefined && fromCurrency !== amount.currency)
      return quotedView(from.provider, (await priceConversion(deps, { from, fromCurrency, amount, to })).quote);
    const { phone } = await recipientOf(deps, prisma, from, to);
    const { connector } = await routeOfWallet(deps, prisma, from, { capability: 'TRANSFERS' });
    const call = { wallet: present(upstreamAccess(deps.vault, from), 'the access to a wallet at a provider') };
    const order = { member: 'transfers' as const, recipientPhone: phone, choice: {} };
    const quote = await readUpstream(() => quoteOrder(connector.quotes, call, { order, amount }));
    return quote ? quotedView(from.provider, quote) : plainView(from.provider, amount, 0n, 'PROVIDER');
  } catch (error) {
    if (error instanceof InvalidInputError || !(error instanceof DomainError)) throw error;
    return refused(from.provider, error);
  }
}
