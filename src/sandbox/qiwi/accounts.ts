import type { Account, Currency, Minor, Wallet } from './model.ts';

/** The wallet accounts that QIWI keeps; trap T9 adds the tenge. */
export const offered: readonly { alias: string; currency: Currency }[] = [
  { alias: 'qw_wallet_rub', currency: 643 },
  { alias: 'qw_wallet_usd', currency: 840 },
  { alias: 'qw_wallet_eur', currency: 978 },
  { alias: 'qw_wallet_kzt', currency: 398 },
];

/** An open wallet account. */
export const walletAccount = (alias: string, currency: Currency, balance: Minor = 0n): Account => ({
  alias,
  fsAlias: 'qb_wallet',
  title: 'WALLET',
  type: { id: 'WALLET', title: 'QIWI Wallet' },
  hasBalance: true,
  balance,
  currency,
  hiddenTimes: 0,
});

/** The account of a phone operator: listed, without a balance. */
export const phoneAccount = (): Account => ({
  alias: 'mc_beeline_rub',
  fsAlias: 'qb_mc_beeline',
  title: 'MC',
  type: { id: 'MC', title: 'Счет мобильного кошелька' },
  hasBalance: false,
  balance: 0n,
  currency: 643,
  hiddenTimes: 0,
});

/** The account that pays and receives in a currency. */
export const accountIn = (wallet: Wallet, currency: Currency): Account | undefined =>
  wallet.accounts.find((account) => account.hasBalance && account.currency === currency);

/** Opens an account that BAL-3 offers, unless it is open. */
export function openAccount(wallet: Wallet, currency: Currency): Account {
  const open = accountIn(wallet, currency);
  if (open !== undefined) return open;
  const alias = offered.find((kind) => kind.currency === currency)?.alias ?? `qw_wallet_${currency}`;
  const account = walletAccount(alias, currency);
  wallet.accounts.push(account);
  return account;
}
