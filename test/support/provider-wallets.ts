import {
  ActivateWalletDocument,
  LinkWalletDocument,
  OpenProviderWalletDocument,
  ProviderBalanceDocument,
} from '../../schema/operations.ts';
import { type Call, done, newPhone, unique } from './builders.ts';
import type { TestMbank } from './mbank.ts';

/** What opens the wallets that tests make at mbank. */
export const password = 'p@ssw0rd-of-the-owner';

/** The input with which a wallet is opened at mbank. */
export const openAtMbank = (phone: string, extra: object = {}) => ({
  idempotencyKey: unique('open'),
  provider: 'MBANK' as const,
  phone,
  password,
  ...extra,
});

/** A wallet opened at mbank that waits for its code. */
export async function pendingWallet(call: Call, phone = newPhone()): Promise<{ id: string; code: string }> {
  const { walletOpen } = await call(OpenProviderWalletDocument, { input: openAtMbank(phone) });
  const { wallet, challenge } = done(walletOpen, 'WalletOpenSuccess');
  return { id: wallet.id, code: challenge?.sandboxCode ?? '' };
}

/** A wallet opened at mbank and activated; the sandbox gives each 10,000 rubles. */
export async function activeWallet(call: Call, phone = newPhone()): Promise<string> {
  const { id, code } = await pendingWallet(call, phone);
  done((await call(ActivateWalletDocument, { walletId: id, code })).walletActivate, 'WalletActivateSuccess');
  return id;
}

/** The input that links a wallet at mbank. */
export const linkInput = (mbank: TestMbank, number: string, extra: object = {}) => ({
  idempotencyKey: unique('link'),
  providerAccountId: mbank.account.id,
  number,
  credentials: [{ name: 'password', value: password }],
  ...extra,
});

/** A wallet that was at mbank before it was linked here, identified, with so many rubles. */
export async function linkedWallet(call: Call, mbank: TestMbank, amount = 10_000, phone = newPhone()): Promise<string> {
  mbank.act('wallet.create', { phone, password, amount });
  const { walletLink } = await call(LinkWalletDocument, { input: linkInput(mbank, phone) });
  return done(walletLink, 'WalletLinkSuccess').wallet.id;
}

/** What the books here and the provider say of a wallet in rubles. */
export async function figures(
  call: Call,
  id: string,
): Promise<{ posted: string; pending: string; upstream: string | null }> {
  const [balance] = (await call(ProviderBalanceDocument, { id })).wallet?.balances ?? [];
  if (!balance) throw new Error('the wallet has no balance');
  return {
    posted: balance.posted.amount,
    pending: balance.pending.amount,
    upstream: balance.upstream?.amount ?? null,
  };
}
