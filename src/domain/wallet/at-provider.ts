import { type Call, type Capabilities, type CapabilityCode, capabilityMembers } from '../../connectors/connector.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount, Wallet } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { findRoute, type Route } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';
import { upstreamAccess } from './upstream-access.ts';

/** A wallet whose book is kept by a provider, and the way to it. */
export interface WalletAtProvider {
  wallet: WalletWithAccounts;
  account: ProviderAccount;
  connector: Connector;
  /** A call as this wallet. */
  call: Call;
}

/** The way to a wallet at a provider; null for a LOCAL one. */
export async function reachWallet(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  wallet: WalletWithAccounts,
): Promise<WalletAtProvider | null> {
  if (wallet.provider === 'LOCAL') return null;
  const id = present(wallet.providerAccountId, 'the provider account of a wallet');
  const account = present(await tx.providerAccount.findUnique({ where: { id } }), 'the provider account of a wallet');
  return {
    wallet,
    account,
    connector: connectorOf(deps, account),
    call: { wallet: upstreamAccess(deps.vault, wallet) },
  };
}

/**
 * A wallet of the viewer's, which its provider keeps.
 * @param capability what its provider has to offer, for the refusal
 * @throws NotFoundError; NotSupportedError for a LOCAL wallet
 */
export async function walletAtProvider(
  deps: Pick<Deps, 'db' | 'connectors' | 'vault'>,
  viewer: TenantViewer,
  walletId: string,
  capability: CapabilityCode,
): Promise<WalletAtProvider> {
  const wallet = await findWallet(deps.db.prisma, viewer, walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  if (!reached) throw new NotSupportedError('LOCAL', capability, 'The ledger here keeps this wallet, not a provider.');
  return reached;
}

/**
 * A member of a connector that must be there.
 * @throws NotSupportedError when the provider cannot do this, or not with the account's credentials
 */
export function capable<T>(
  of: { connector: Connector },
  capability: CapabilityCode,
  pick: (connector: Capabilities) => T | undefined,
): T {
  const offered = pick(of.connector);
  if (offered !== undefined) return offered;
  throw new NotSupportedError(
    of.connector.provider.code,
    capability,
    `${of.connector.provider.name} cannot do this with the credentials of this account.`,
  );
}

/**
 * The provider account through which a wallet is opened or linked.
 * @throws NotFoundError for an account that is not the partner's; NotSupportedError, ProviderUnavailableError
 */
export async function accountFor(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  wanted: { provider?: string | undefined; providerAccountId?: string | undefined },
  capability: CapabilityCode,
): Promise<Route> {
  if (wanted.providerAccountId === undefined)
    return findRoute(deps, tx, partnerId, { capability, provider: wanted.provider });
  const where = { id: wanted.providerAccountId, partnerId, disabledAt: null };
  const account = await tx.providerAccount.findFirst({ where });
  if (!account || (wanted.provider !== undefined && account.provider !== wanted.provider))
    throw new NotFoundError('The provider account');
  const route = { account, connector: connectorOf(deps, account) };
  capable(route, capability, (connector) => connector[capabilityMembers[capability]]);
  return route;
}

/** Is this wallet's book kept by a provider? */
export const isMirrored = ({ provider }: Pick<Wallet, 'provider'>): boolean => provider !== 'LOCAL';
