import type { Deps } from '../../deps.ts';
import { type Opening, readOpening } from '../mirror/opening.ts';
import type { WalletAtProvider } from './at-provider.ts';
import { naming } from './refusal.ts';
import { balancesOf, checkWhole, loadWallet, type UpstreamWallet } from './upstream-wallet.ts';

/** A wallet as its provider showed it before anything of it was kept here. */
export interface ProvenWallet {
  said: UpstreamWallet;
  /** Where its history is followed from; null where the provider's history does not explain the balance. */
  opening: Opening | null;
}

/**
 * The wallet, proved to be the one that was meant before anything else is asked of it, and where its history is followed from.
 * @param path dotted: the input field that can have named another wallet
 * @throws InvalidInputError when what is to open it opens another one; StateError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function proveWallet(
  deps: Pick<Deps, 'clock'>,
  reached: Pick<WalletAtProvider, 'connector' | 'call'>,
  path: string,
): Promise<ProvenWallet> {
  const { connector, call } = reached;
  const read = () => prove(reached, path);
  const said = await read();
  return connector.history?.explainsBalance
    ? readOpening(deps, connector, call, read, balancesOf)
    : { said, opening: null };
}

/** Reads the wallet with what is to open it. */
async function prove(reached: Pick<WalletAtProvider, 'connector' | 'call'>, path: string): Promise<UpstreamWallet> {
  const { history, provider } = reached.connector;
  const said = await naming(path, () => loadWallet({ ...reached, wallet: { status: 'ACTIVE' } }));
  if (history?.explainsBalance) checkWhole(said, provider.code);
  return said;
}
