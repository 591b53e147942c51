import type { GraphQLResolveInfo } from 'graphql';
import { identificationAtProvider, ownerAtProvider } from '../domain/wallet/owner.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { asksFor } from './asks-for.ts';
import type { Context } from './context.ts';
import type { IdentificationView } from './customer.ts';

const toldByProvider = ['status', 'providerLevel', 'passportExpired', 'changedAt', 'verifiedAt'];

/** The identification of a wallet at its provider, which is asked only for what is not known here. */
export async function walletIdentification(
  wallet: WalletWithAccounts,
  { loaders, deps }: Context,
  info: GraphQLResolveInfo,
): Promise<IdentificationView> {
  if (!toldByProvider.some((name) => asksFor(info, name))) return identificationAtProvider(wallet, null, null);
  const [said, owner, downgrade] = await Promise.all([
    loaders.upstreamWallet.load(wallet),
    ownerAtProvider(deps, wallet),
    loaders.downgradeOfWallet.load(wallet.id),
  ]);
  const identification = identificationAtProvider(wallet, said, owner);
  return downgrade?.state === 'PROCESSING' ? { ...identification, status: 'DOWNGRADE_IN_PROGRESS' } : identification;
}
