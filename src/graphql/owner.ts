import type { GraphQLResolveInfo } from 'graphql';
import { identificationAtProvider, ownerAtProvider } from '../domain/wallet/owner.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import { asksFor } from './asks-for.ts';
import type { Context } from './context.ts';
import type { IdentificationView } from './customer.ts';

/** The identification of a wallet at its provider, which is asked only for what is not known here. */
export async function walletIdentification(
  wallet: WalletWithAccounts,
  { loaders, deps }: Context,
  info: GraphQLResolveInfo,
): Promise<IdentificationView> {
  const asked = ['status', 'providerLevel', 'changedAt', 'verifiedAt'].some((name) => asksFor(info, name));
  if (!asked) return identificationAtProvider(wallet, null, null);
  const [said, owner] = await Promise.all([loaders.upstreamWallet.load(wallet), ownerAtProvider(deps, wallet)]);
  return identificationAtProvider(wallet, said, owner);
}
