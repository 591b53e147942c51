import type { WalletAccount } from '../../db/generated/client.ts';
import type { WalletStatus } from '../../db/generated/enums.ts';
import { InvalidInputError, NotSupportedError, StateError } from '../../errors.ts';

/** Currencies in which a LOCAL wallet can have an account. */
export const offeredCurrencies = ['RUB', 'USD', 'EUR', 'KZT'];

/** @throws InvalidInputError for a currency that LOCAL wallets do not have */
export function checkOffered(currency: string, path: string): void {
  if (offeredCurrencies.includes(currency)) return;
  throw InvalidInputError.at(path, `wallets here have ${offeredCurrencies.join(', ')}; ${currency} is not among them.`);
}

/** @throws StateError unless the wallet is in one of these states, and for a house wallet */
export function checkWalletState(wallet: { status: WalletStatus; house?: boolean }, allowed: WalletStatus[]): void {
  if (wallet.house)
    throw new StateError(
      'WALLET_STATE',
      'HOUSE',
      [],
      'This is the house wallet of a provider account: LOCAL wallets pay through it, and nobody by name.',
    );
  if (allowed.includes(wallet.status)) return;
  throw new StateError(
    'WALLET_STATE',
    wallet.status,
    allowed,
    `The wallet is ${wallet.status}; this needs ${allowed.join(' or ')}.`,
  );
}

/** @throws InvalidInputError when the wallet has no account in this currency */
export function checkCurrency(
  wallet: { accounts: Pick<WalletAccount, 'currency'>[] },
  currency: string,
  path: string,
): void {
  if (wallet.accounts.some((account) => account.currency === currency)) return;
  const has = wallet.accounts.map((account) => account.currency).sort();
  throw InvalidInputError.at(
    path,
    `the wallet has no ${currency} account, only ${has.join(', ')}; open one with walletAccountOpen.`,
  );
}

/** @throws NotSupportedError for a wallet whose book is kept elsewhere */
export function checkLocal(wallet: { provider: string }, capability: string): void {
  if (wallet.provider === 'LOCAL') return;
  throw new NotSupportedError(wallet.provider, capability, 'This is done for LOCAL wallets only.');
}
