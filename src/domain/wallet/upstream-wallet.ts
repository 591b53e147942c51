import { ProviderRejected } from '../../connectors/outcome.ts';
import type { ProviderFundingSource, ProviderWallet } from '../../connectors/wallets.ts';
import type { Wallet } from '../../db/generated/client.ts';
import { StateError } from '../../errors.ts';
import type { Money } from '../../money/money.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { capable, type WalletAtProvider } from './at-provider.ts';
import { readOfWallet } from './refusal.ts';

/** One currency of a wallet as its provider has it. */
export interface UpstreamAccount {
  currency: string;
  title: string | null;
  /** The provider's own name of the account. */
  reference: string | null;
  /** Null: the provider cannot say now; never zero for that. */
  amount: Money | null;
}

/** A wallet as its provider describes it now. */
export interface UpstreamWallet extends ProviderWallet {
  /** One per currency; empty where the provider does not tell, because of the wallet's status. */
  accounts: UpstreamAccount[];
  /** All that can fund a payment of it; null where the provider lists nothing. */
  sources: ProviderFundingSource[] | null;
}

type Reached = Pick<WalletAtProvider, 'connector' | 'call'>;

/**
 * The wallet as its provider has it; which proves the credentials that the call carries.
 * @throws StateError, ProviderRejectedError (wrong credentials among others), ProviderUnavailableError, NotSupportedError;
 *   InvalidInputError when the credentials open another wallet than the one with this number
 */
export function loadWallet(reached: Reached & { wallet: Pick<Wallet, 'status'> }): Promise<UpstreamWallet> {
  const wallets = capable(reached, 'WALLETS', (connector) => connector.wallets);
  return readOfWallet(reached.wallet, async () => {
    const said = await wallets.load(reached.call);
    const sources = await sourcesOf(reached, said);
    return { ...said, sources, accounts: accountsOf(said, sources) };
  });
}

async function sourcesOf({ connector, call }: Reached, { status }: ProviderWallet): Promise<UpstreamWallet['sources']> {
  try {
    return (await connector.balances?.sources?.(call)) ?? null;
  } catch (error) {
    // a wallet that is stopped need not tell what is in it
    if (error instanceof ProviderRejected && status !== 'ACTIVE') return null;
    throw error;
  }
}

/** The accounts among what the provider lists; where it lists nothing, the one balance that it told with the wallet. */
function accountsOf({ balance }: ProviderWallet, sources: UpstreamWallet['sources']): UpstreamAccount[] {
  if (!sources) return balance ? [{ currency: balance.currency, title: null, reference: null, amount: balance }] : [];
  const accounts = new Map<string, UpstreamAccount>();
  for (const { kind, currency, title, reference, amount } of sources)
    if (kind === 'BALANCE' && !accounts.has(currency)) accounts.set(currency, { currency, title, reference, amount });
  return [...accounts.values()];
}

/**
 * Makes sure that an opening balance is known whole: what is left out of it could never be explained by the history.
 * @throws ProviderUnavailableError while the provider cannot tell a figure; StateError when it does not, for the wallet is stopped
 */
export function checkWhole({ accounts, status }: UpstreamWallet, provider: string): void {
  if (accounts.length === 0 && status !== 'ACTIVE')
    throw new StateError('WALLET_STATE', status, ['ACTIVE'], 'The provider does not tell what is in this wallet.');
  if (accounts.length === 0 || accounts.some(({ amount }) => amount === null))
    throw new ProviderUnavailableError(provider, null);
}

/** The balances that a reading tells, for comparing two of them. */
export const balancesOf = ({ accounts }: UpstreamWallet): (Money | null)[] => accounts.map(({ amount }) => amount);
