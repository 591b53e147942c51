import type { Capabilities } from '../../connectors/connector.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { payableCard } from '../card/store.ts';
import { checkStanding } from '../limit/check-standing.ts';
import { IdentificationRequiredError, readUpstream } from '../provider/errors.ts';
import { findRoute } from '../provider/route.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { checkCurrency } from '../wallet/rules.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import type { ProviderPlan } from './create-provider-payment.ts';
import type { CreateTransitInput } from './create-transit.ts';
import { newPayment } from './new-payment.ts';
import type { UpstreamOrder } from './order.ts';
import { checkPayoutCaps } from './payout-caps.ts';
import { quoteOrder } from './price-upstream.ts';
import { orderService, type ServiceOrder } from './service-order.ts';
import { pageChoice } from './top-up.ts';

/** The second leg of a transit: the service, the way to it, and what it takes in all. */
export interface SecondLeg extends ServiceOrder {
  order: UpstreamOrder;
  /** The amount and the provider's fee, minor units: what the card is charged. */
  charge: bigint;
}

type LegDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Prepares the second leg: a payout of the house wallet to a service whose provider takes no cards for it. Calls the provider.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, LimitExceededError, ProviderRejectedError, ProviderUnavailableError
 */
export async function prepareSecondLeg(
  deps: LegDeps,
  viewer: TenantViewer,
  { service, amount, receiptEmail }: Pick<CreateTransitInput, 'service' | 'amount' | 'receiptEmail'>,
): Promise<SecondLeg> {
  const about = { amount, capability: 'PAYOUTS' as const, path: ['input'] };
  const ordered = await orderService(deps, viewer.partnerId, { service }, about);
  const order: UpstreamOrder = {
    member: 'payouts',
    serviceReference: ordered.service.providerReference,
    parameters: ordered.parameters,
    choice: {},
    ...(receiptEmail ? { receiptEmail } : {}),
  };
  const { route } = ordered;
  const wish = { wallet: null, partnerId: viewer.partnerId, target: { service }, amount };
  await checkPayoutCaps(deps, wish, {
    route,
    order,
    service: ordered.service,
    shown: null,
    feeMinor: ordered.feeMinor,
  });
  const quote = await readUpstream(() => quoteOrder(route.connector.quotes, { wallet: null }, { order, amount }));
  return { ...ordered, order, charge: quote?.total.minor ?? amount.minor + ordered.feeMinor };
}

const takesCards = ({ topUps }: Pick<Capabilities, 'topUps'>): boolean =>
  topUps !== undefined && (topUps.method ?? 'CARD') === 'CARD';

/** Who pays and how, as the caller has asked. */
export interface FirstLegInput extends Omit<CreateTransitInput, 'idempotencyKey' | 'confirm'> {
  amount: MinorAmount;
}

/**
 * Plans both: a card pays into the house wallet of whoever takes cards, and the rest waits in the order. The money must be able to land in
 * the wallet, in case the service does not take it.
 * @throws NotSupportedError, NotFoundError, StateError, InvalidInputError, LimitExceededError, IdentificationRequiredError,
 *   ProviderUnavailableError
 */
export async function planTwoLegs(
  deps: LegDeps,
  tx: Tx,
  viewer: TenantViewer,
  input: FirstLegInput,
  { second, wallet, id, now }: { second: SecondLeg; wallet: WalletWithAccounts | null; id: string; now: Date },
): Promise<ProviderPlan> {
  const { amount, cardId, saveCard } = input;
  const { service, route: to, charge } = second;
  const { currency } = amount;
  if (wallet && isMirrored(wallet))
    throw new NotSupportedError(
      service.provider,
      'TRANSITS',
      'The provider of this wallet does not pay there by card.',
    );
  if (wallet) {
    if (service.identificationRequired && wallet.identificationLevel === 'NONE')
      throw new IdentificationRequiredError('SIMPLIFIED');
    checkCurrency(wallet, currency, 'input.amount.currency');
    await checkStanding(tx, wallet, { minor: charge, currency }, now);
  }
  const card = wallet && cardId ? await payableCard(tx, viewer, wallet.id, cardId) : null;
  const route = await findRoute(deps, tx, viewer.partnerId, {
    capability: 'TOP_UPS',
    provider: card?.provider,
    accountId: card?.providerAccountId,
    reaches: takesCards,
  });
  const known = { id, partnerId: viewer.partnerId, amountMinor: amount.minor, currency, createdAt: now };
  const payment: Payment = newPayment('TRANSIT', known, {
    sourceWalletId: wallet?.id ?? null,
    sourceCustomerId: wallet?.customerId ?? null,
    cardId: card?.id ?? null,
    serviceId: service.id,
    feeMinor: charge - amount.minor,
    fundingSource: 'CARD',
  });
  const order: UpstreamOrder = {
    member: 'topUps',
    charge: charge.toString(),
    parameters: second.parameters,
    ...(card ? { cardReference: card.reference } : saveCard ? { saveCard } : {}),
    choice: pageChoice(input),
    onward: { accountId: to.account.id, order: second.order },
  };
  return { payment, route, order };
}
