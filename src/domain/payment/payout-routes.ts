import type { PayeeDestination, PayeeIssue, PayerDetails } from '../../connectors/payees.ts';
import type { ProviderQuote } from '../../connectors/records.ts';
import type { Service } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { DomainError, InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { assert } from '../../lib/assert.ts';
import { LimitExceededError } from '../limit/errors.ts';
import type { KeptParty } from '../mirror/parties.ts';
import { IdentificationRequiredError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { findEveryRoute, findRoutes, type Route } from '../provider/route.ts';
import { cataloguesOf } from '../service/catalogue.ts';
import { serviceForPhone } from '../service/service-of-phone.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { routeOfWallet } from '../wallet/route.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import type { OtherWay, UpstreamOrder } from './order.ts';
import { numberOf, type PayoutTarget, payeeOf, shownPayee } from './payees.ts';
import { payerOf } from './payer.ts';
import { checkPayoutCaps } from './payout-caps.ts';
import { quoteOrder } from './price-upstream.ts';
import { orderFound, orderService } from './service-order.ts';

type RouteDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** What is asked for, by whoever pays. */
export interface PayoutWish {
  /** Null: nobody's in particular, to be priced only. */
  wallet: WalletWithAccounts | null;
  partnerId: string;
  target: PayoutTarget;
  payer?: unknown;
  amount: MinorAmount;
  provider?: string | undefined;
}

/** A way on which a payout can go: everything about the payee that its provider wants to know. */
export interface PayoutRoute {
  route: Route;
  order: UpstreamOrder;
  /** Of a catalogue, where that is what is paid. */
  service: Service | null;
  /** How the destination is shown, where it is no service. */
  shown: KeptParty | null;
  /** By the service's tariff; the provider's own price decides. */
  feeMinor: bigint;
}

/** The way to take, and those to fall back on, cheapest first: none where a provider is named, or there is one only. */
export type ChosenRoute = PayoutRoute & { ways: OtherWay[] };

/** A way with its price, or why it cannot be taken. */
export type PricedRoute =
  | { route: Route; found: PayoutRoute; quote: ProviderQuote | null }
  | { route: Route; refusal: DomainError };

const PATH = ['input', 'destination'];

/**
 * The way that a payout takes: the wallet's own provider, or, out of a LOCAL wallet, the cheapest healthy account that reaches the
 * payee. Calls providers; not for use inside a transaction.
 * @throws NotFoundError, InvalidInputError naming each field, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function choosePayoutRoute(deps: RouteDeps, wish: PayoutWish): Promise<ChosenRoute> {
  const to = payeeOf(wish.target, PATH);
  if (!to) return onlyWay(deps, wish, await serviceRoute(deps, wish));
  const routes = await routesTo(deps, wish, to);
  const [only] = routes;
  if (only && routes.length === 1) return onlyWay(deps, wish, await payeeRoute(deps, only, wish, to));
  const priced = await Promise.all(routes.map((route) => price(deps, wish, route, to)));
  return cheapest(priced, wish.amount);
}

/**
 * Every way that a payout could take, each with its price or the reason against it, cheapest first.
 * @throws what choosePayoutRoute throws when there is no way to try
 */
export async function pricePayoutRoutes(deps: RouteDeps, wish: PayoutWish): Promise<PricedRoute[]> {
  const to = payeeOf(wish.target, PATH);
  if (!to) {
    const found = await serviceRoute(deps, wish);
    return [await quoted(deps, wish, found)];
  }
  const routes = await everyRouteTo(deps, wish, to);
  const priced = routes.map(({ route, works }) => (works ? price(deps, wish, route, to) : isDown(route)));
  return (await Promise.all(priced)).sort(byCost);
}

async function serviceRoute(deps: RouteDeps, wish: PayoutWish): Promise<PayoutRoute> {
  const { partnerId, target, amount, provider } = wish;
  const about = { amount, capability: 'PAYOUTS' as const, provider, path: PATH };
  const { service, route, parameters, feeMinor } = await orderService(deps, partnerId, target, about);
  const way = wish.wallet ? await ownRoute(deps, wish.wallet, wish, service.origin, service.provider) : null;
  const order = { member: 'payouts' as const, serviceReference: service.providerReference, parameters, choice: {} };
  return { route: way ?? route, order, service, shown: null, feeMinor };
}

/** The only way out of a wallet that a provider keeps; null for a LOCAL one. */
async function ownRoute(
  deps: RouteDeps,
  wallet: WalletWithAccounts,
  { provider }: PayoutWish,
  origin?: string,
  ofService?: string,
): Promise<Route | null> {
  if (!isMirrored(wallet)) return null;
  const wishes = { capability: 'PAYOUTS' as const, provider: ofService ?? provider, origin };
  return routeOfWallet(deps, deps.db.prisma, wallet, wishes);
}

/** A provider that resolves payees reaches any of them; one that has a catalogue knows the operator of a phone. */
const reaches = (to: PayeeDestination) => (connector: Route['connector']) =>
  connector.payouts?.payees !== undefined || (to.kind === 'PHONE' && connector.services !== undefined);

const isDown = (route: Route): PricedRoute => ({
  route,
  refusal: new ProviderUnavailableError(route.account.provider, null),
});

async function routesTo(deps: RouteDeps, wish: PayoutWish, to: PayeeDestination): Promise<Route[]> {
  const { partnerId, provider } = wish;
  const own = await ownRouteTo(deps, wish, to);
  if (own) return [own];
  return findRoutes(deps, deps.db.prisma, partnerId, { capability: 'PAYOUTS', provider, reaches: reaches(to) });
}

async function everyRouteTo(deps: RouteDeps, wish: PayoutWish, to: PayeeDestination) {
  const { partnerId, provider } = wish;
  const own = await ownRouteTo(deps, wish, to);
  if (own) return [{ route: own, works: true }];
  return findEveryRoute(deps, deps.db.prisma, partnerId, { capability: 'PAYOUTS', provider, reaches: reaches(to) });
}

/** The only way to a payee out of a wallet that a provider keeps; null for a LOCAL one. @throws NotSupportedError */
async function ownRouteTo(deps: RouteDeps, wish: PayoutWish, to: PayeeDestination): Promise<Route | null> {
  const { wallet } = wish;
  const own = wallet && (await ownRoute(deps, wallet, wish));
  // the provider would pay the owner of the house wallet, and not the one of this
  if (wallet && !own && to.kind === 'WITHDRAWAL_BANK')
    throw new NotSupportedError(
      'LOCAL',
      'PAYOUTS',
      'Only a wallet that its provider keeps is withdrawn to its owner’s account by the bank alone. Give a bankAccount or a card.',
    );
  if (!own) return null;
  if (reaches(to)(own.connector)) return own;
  throw new NotSupportedError(own.account.provider, 'PAYOUTS', 'The provider of this wallet does not pay there.');
}

async function onlyWay(deps: RouteDeps, wish: PayoutWish, found: PayoutRoute): Promise<ChosenRoute> {
  await checkPayoutCaps(deps, wish, found);
  return { ...found, ways: [] };
}

async function price(deps: RouteDeps, wish: PayoutWish, route: Route, to: PayeeDestination): Promise<PricedRoute> {
  try {
    return await quoted(deps, wish, await payeeRoute(deps, route, wish, to));
  } catch (error) {
    if (error instanceof DomainError) return { route, refusal: error };
    throw error;
  }
}

async function quoted(deps: RouteDeps, wish: PayoutWish, found: PayoutRoute): Promise<PricedRoute> {
  const { wallet, amount } = wish;
  const { route, order, service } = found;
  if (service?.identificationRequired && wallet?.identificationLevel === 'NONE')
    return { route, refusal: new IdentificationRequiredError('SIMPLIFIED') };
  const call = { wallet: upstreamAccess(deps.vault, wallet) };
  try {
    await checkPayoutCaps(deps, wish, found);
    const quote = await readUpstream(() => quoteOrder(route.connector.quotes, call, { order, amount }));
    return { route, found, quote };
  } catch (error) {
    if (error instanceof DomainError) return { route, refusal: error };
    throw error;
  }
}

/** What a way charges, minor units; null where there is none. */
export const chargeOf = (priced: PricedRoute, amount: MinorAmount): bigint | null =>
  'refusal' in priced ? null : (priced.quote?.total.minor ?? amount.minor + priced.found.feeMinor);

function byCost(a: PricedRoute, b: PricedRoute): number {
  const none = { minor: 0n, currency: '' };
  const [left, right] = [chargeOf(a, none), chargeOf(b, none)];
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
  return left < right ? -1 : left > right ? 1 : 0;
}

function cheapest(priced: PricedRoute[], amount: MinorAmount): ChosenRoute {
  const [best, ...rest] = priced.sort(byCost);
  assert(best !== undefined, 'there is a way to try');
  if ('refusal' in best) throw reasonOf(priced) ?? best.refusal;
  return { ...best.found, ways: rest.flatMap((other) => otherWay(other, amount)) };
}

/** Why no way can be taken: a limit of one that works, else one that may work later. */
function reasonOf(priced: PricedRoute[]): DomainError | undefined {
  const refusals = priced.flatMap((way) => ('refusal' in way ? [way.refusal] : []));
  return (
    refusals.find((refusal) => refusal instanceof LimitExceededError) ??
    refusals.find((refusal) => refusal instanceof ProviderUnavailableError)
  );
}

function otherWay(priced: PricedRoute, amount: MinorAmount): OtherWay[] {
  const charge = chargeOf(priced, amount);
  if ('refusal' in priced || charge === null) return [];
  const { route, order, service, shown } = priced.found;
  const fee = (charge - amount.minor).toString();
  return [{ accountId: route.account.id, order, fee, serviceId: service?.id ?? null, shown }];
}

/** The payee as this provider pays it. */
async function payeeRoute(deps: RouteDeps, route: Route, wish: PayoutWish, to: PayeeDestination): Promise<PayoutRoute> {
  const { payees } = route.connector.payouts ?? {};
  if (!payees) return operatorRoute(deps, route, wish, to);
  const call = { wallet: upstreamAccess(deps.vault, wish.wallet) };
  const payer: PayerDetails = await payerOf(deps, wish.wallet, wish.payer);
  const payee = await readUpstream(() => payees.resolve(call, to, payer));
  if ('issues' in payee) throw new InvalidInputError(payee.issues.map((issue) => inputIssue(issue, to)));
  const { serviceReference, parameters, serviceName } = payee;
  const order = {
    member: 'payouts' as const,
    serviceReference,
    parameters: { ...parameters },
    account: numberOf(to),
    choice: {},
  };
  return { route, order, service: null, shown: shownPayee(to, serviceName), feeMinor: 0n };
}

/** Airtime at a provider whose catalogue has the operator. */
async function operatorRoute(
  deps: RouteDeps,
  route: Route,
  { amount }: PayoutWish,
  to: PayeeDestination,
): Promise<PayoutRoute> {
  assert(to.kind === 'PHONE', 'a catalogue knows phones only');
  const catalogues = cataloguesOf(deps, [route.account]);
  const service = await serviceForPhone(deps, deps.db.prisma, catalogues, to.phone);
  if (!service) throw new NotFoundError('A mobile operator for this phone');
  const about = { amount, capability: 'PAYOUTS' as const, path: PATH };
  const ordered = await orderFound(deps, route, service, { phone: to.phone }, about);
  const { parameters, feeMinor } = ordered;
  const order = { member: 'payouts' as const, serviceReference: service.providerReference, parameters, choice: {} };
  return { route, order, service: ordered.service, shown: null, feeMinor };
}

const fieldsOf = {
  PHONE: 'phone',
  CARD: 'card',
  BANK_ACCOUNT: 'bankAccount',
  ORGANISATION: 'organisation',
  WITHDRAWAL_BANK: 'withdrawalBank',
  MERCHANT: 'merchant',
} as const;
const holderFields: Record<string, string> = { firstName: 'holderFirstName', lastName: 'holderLastName' };

/** What a provider misses, at its place in the input. */
function inputIssue({ of, field, message }: PayeeIssue, to: PayeeDestination): { path: string[]; message: string } {
  if (of === 'payer') return { path: ['input', 'payer', field], message };
  const name = to.kind === 'BANK_ACCOUNT' ? (holderFields[field] ?? field) : field;
  const inside = to.kind === 'PHONE' ? [] : name.split('.');
  return { path: [...PATH, fieldsOf[to.kind], ...inside], message };
}
