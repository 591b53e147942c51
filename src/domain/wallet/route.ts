import { capabilityMembers } from '../../connectors/connector.ts';
import type { Tx } from '../../db/client.ts';
import type { Deps } from '../../deps.ts';
import { NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { findRoute, originOf, type Route, type RouteWishes } from '../provider/route.ts';
import { capable, reachWallet } from './at-provider.ts';
import type { WalletWithAccounts } from './store.ts';

/**
 * The account that carries a payment of this wallet: any that can for a LOCAL one; for a wallet that a provider keeps, the
 * account through which it is reached, and no other.
 * @throws NotSupportedError, ProviderUnavailableError
 */
export async function routeOfWallet(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  wallet: WalletWithAccounts,
  wishes: RouteWishes,
): Promise<Route> {
  const { capability, provider, origin } = wishes;
  if (wallet.provider === 'LOCAL') return findRoute(deps, tx, wallet.partnerId, wishes);
  const reached = present(await reachWallet(deps, tx, wallet), 'the provider of a wallet');
  const { account, connector } = reached;
  const elsewhere = provider !== undefined && provider !== wallet.provider;
  if (elsewhere || (origin !== undefined && origin !== originOf(deps, account))) {
    throw new NotSupportedError(
      wallet.provider,
      capability,
      `The wallet is kept by ${connector.provider.name} and pays only through it.`,
    );
  }
  const member = capable(reached, capability, (offered) => offered[capabilityMembers[capability]]);
  const { openCircuits } = deps.connectors.health(connector);
  if (account.disabledAt !== null || member.operations.some((operation) => openCircuits.includes(operation)))
    throw new ProviderUnavailableError(account.provider, null);
  return { account, connector };
}
