import type { CapabilityCode } from '../../connectors/connector.ts';
import { capabilityMembers } from '../../connectors/connector.ts';
import type { Connector } from '../../connectors/registry.ts';
import { chooseRoute, isHealthy, type RouteCandidate } from '../../connectors/routing.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { ProviderUnavailableError } from './errors.ts';
import { settingsOf } from './settings.ts';
import { connectorOf, partnerAccounts } from './store.ts';

/** A provider account and the way to it. */
export interface Route {
  account: ProviderAccount;
  connector: Connector;
}

export interface RouteWishes {
  capability: CapabilityCode;
  provider?: string | undefined;
  /** This account and no other: a card is a token of the account that keeps it. */
  accountId?: string | undefined;
  /** Only accounts whose catalogue this is. */
  origin?: string | undefined;
  /** Only accounts that can reach the destination. */
  reaches?: ((connector: Connector) => boolean) | undefined;
}

/**
 * The account that is to carry a payment: the named provider's default one, else the healthiest that can.
 * @throws NotSupportedError when no account can; ProviderUnavailableError when those that can are down
 */
export const findRoute = async (
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  wishes: RouteWishes,
): Promise<Route> => present((await findRoutes(deps, tx, partnerId, wishes))[0], 'the chosen route');

/**
 * All accounts that can carry a payment now, the healthiest first; of one that is named, by provider or by id, itself only.
 * @throws NotSupportedError when no account can; ProviderUnavailableError when those that can are down
 */
export async function findRoutes(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  wishes: RouteWishes,
): Promise<Route[]> {
  const { capability, provider, accountId } = wishes;
  const { accounts, routes, candidates } = await candidatesOf(deps, tx, partnerId, wishes);
  const choice = chooseRoute(candidates, { ...(provider ? { provider } : {}), ...(accountId ? { accountId } : {}) });
  if (choice.kind === 'none') {
    if (choice.why === 'UNAVAILABLE')
      throw new ProviderUnavailableError(present(accounts[0], 'an account').provider, null);
    throw new NotSupportedError(provider ?? 'LOCAL', capability, 'No provider account of this partner can do this.');
  }
  // asked for by name it is taken whatever its health, but never through an open circuit: nothing would be sent
  if (choice.route.circuitOpen) throw new ProviderUnavailableError(choice.route.provider, null);
  return [choice.route, ...choice.fallbacks].map(({ accountId: id }) => present(routes.get(id), 'a chosen route'));
}

/**
 * All accounts that can carry a payment, also those that are down now.
 * @returns each with whether it works
 * @throws NotSupportedError when no account can
 */
export async function findEveryRoute(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  wishes: RouteWishes,
): Promise<{ route: Route; works: boolean }[]> {
  const { capability, provider } = wishes;
  const { routes, candidates } = await candidatesOf(deps, tx, partnerId, wishes);
  const capable = candidates.filter((candidate) => candidate.capable);
  if (capable.length === 0)
    throw new NotSupportedError(provider ?? 'LOCAL', capability, 'No provider account of this partner can do this.');
  return capable.map((candidate) => ({
    route: present(routes.get(candidate.accountId), 'a route'),
    works: isHealthy(candidate),
  }));
}

async function candidatesOf(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  { capability, provider, origin, reaches = () => true }: RouteWishes,
) {
  const accounts = await partnerAccounts(tx, partnerId, provider);
  const routes = new Map(accounts.map((account) => [account.id, { account, connector: connectorOf(deps, account) }]));
  const candidates = [...routes.values()].map(({ account, connector }) => {
    const member = connector[capabilityMembers[capability]];
    return {
      accountId: account.id,
      provider: account.provider,
      isDefault: account.isDefault,
      capable:
        member !== undefined && reaches(connector) && (origin === undefined || originOf(deps, account) === origin),
      ...healthOfRoute(deps, connector, capability),
      fee: null,
    };
  });
  return { accounts, routes, candidates };
}

/** How a provider does, and whether a circuit is open that the capability needs. */
export function healthOfRoute(
  { connectors }: Pick<Deps, 'connectors'>,
  connector: Connector,
  capability: CapabilityCode,
): Pick<RouteCandidate, 'health' | 'circuitOpen'> {
  const { state, openCircuits } = connectors.health(connector);
  const operations = connector[capabilityMembers[capability]]?.operations ?? [];
  return { health: state, circuitOpen: operations.some((operation) => openCircuits.includes(operation)) };
}

/** Which base URL an account's catalogue, circuits and health belong to. */
export function originOf({ vault, connectors }: Pick<Deps, 'vault' | 'connectors'>, account: ProviderAccount): string {
  const { provider, settings } = settingsOf(vault, account);
  const definition = present(connectors.provider(provider), 'the provider of an account');
  return definition.origin(definition.config.parse(settings));
}
