import { DomainError, StateError } from '../../errors.ts';
import type { Viewer } from '../access/viewer.ts';
import { type AskDeps, askProvider } from './ask-provider.ts';
import { reachWallet } from './at-provider.ts';
import { heedRejection } from './heed-rejection.ts';
import { isCredentialRefusal } from './mirror.ts';
import { readOfWallet } from './refusal.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

/** Something that a provider does not let a wallet do. */
export interface Restriction {
  code: string;
  message: string;
}

/**
 * What the provider of a wallet does not let it do now, where that is asked for by itself.
 * @returns null where it is not, for a LOCAL wallet, and when the provider cannot say
 */
export const restrictionsOf = (deps: AskDeps, wallet: WalletWithAccounts): Promise<Restriction[] | null> =>
  askProvider(deps, wallet, ({ connector, call }) => connector.limits?.restrictions?.(call));

/**
 * May the wallet pay, as its provider has it? When that cannot be told the payment goes on: the provider refuses by itself
 * what it does not allow.
 * @throws StateError with the provider's own words, so that nothing is begun that would only be refused;
 *   ProviderRejectedError when the wallet's credentials are refused: with others the payment can still be confirmed
 */
export async function checkMayPay(deps: AskDeps, viewer: Viewer, walletId: string): Promise<void> {
  const { prisma } = deps.db;
  const wallet = await findWallet(prisma, viewer, walletId);
  const reached = wallet && (await reachWallet(deps, prisma, wallet));
  const ask = reached?.connector.limits?.restrictions;
  if (!ask) return;
  const [restriction] = await heedRejection(deps, reached, () =>
    readOfWallet(reached.wallet, () => ask(reached.call)),
  ).catch((error: unknown): Restriction[] => {
    if (isCredentialRefusal(error) || !(error instanceof DomainError)) throw error;
    deps.log.info({ walletId, code: error.code }, 'a provider could not tell whether a wallet may pay');
    return [];
  });
  if (restriction) throw new StateError('WALLET_STATE', restriction.code, [], restriction.message);
}
