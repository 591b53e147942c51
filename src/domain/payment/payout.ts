import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { NewEvent } from '../../events/event.ts';
import { payoutHeld } from '../../ledger/entries.ts';
import type { Vault } from '../../lib/crypto.ts';
import { consumeLimits, type LimitUse } from '../limit/consume-limits.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { balanceEvents, postPayments } from './post-payment.ts';
import { type Progress, step } from './progress.ts';

const name = z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters');

/**
 * A person's account at a bank; BIC and account number have the forms of the Bank of Russia, unless the account is a contract.
 * `bankId` sends it through that bank's own service at a provider.
 */
export const bankAccountData = z
  .object({
    bic: z.string().regex(/^\d{9}$/, 'must have 9 digits'),
    account: z.string().trim().min(1, 'must not be empty').max(40, 'must have at most 40 characters'),
    bankId: z.string().trim().min(1, 'must not be empty').max(20, 'must have at most 20 characters').optional(),
    accountKind: z.enum(['ACCOUNT', 'CONTRACT']).default('ACCOUNT'),
    contractNumber: z.string().trim().min(1, 'must not be empty').max(40, 'must have at most 40 characters').optional(),
    urgent: z.boolean().default(false),
    holderFirstName: name,
    holderMiddleName: name.optional(),
    holderLastName: name,
    purpose: z.string().trim().max(210, 'must have at most 210 characters').optional(),
  })
  .refine(({ account, accountKind }) => accountKind === 'CONTRACT' || /^\d{20}$/.test(account), {
    path: ['account'],
    message: 'must have 20 digits',
  });
export type BankAccountData = z.infer<typeof bankAccountData>;

/** The destination as stored; the payment's id binds it to its row. */
export const sealDestination = (vault: Vault, paymentId: string, account: BankAccountData): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(account), `payment.destination:${paymentId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openDestination = (vault: Vault, paymentId: string, sealed: Uint8Array): BankAccountData =>
  bankAccountData.parse(JSON.parse(vault.open(sealed, `payment.destination:${paymentId}`)));

/** How the caps of the paying wallet see money that leaves it through a provider or a bank. */
export const payoutUse = (payment: Payment, level: WalletWithAccounts['identificationLevel']): LimitUse => ({
  walletId: payment.sourceWalletId ?? '',
  level,
  kind: payment.kind === 'TRANSFER' ? 'TRANSFER' : 'PAYOUT',
  currency: payment.currency,
  amountMinor: payment.amountMinor,
});

/**
 * A confirmed payout, or transfer or conversion at the wallet's provider: its money is held until the outcome is known.
 * @throws LimitExceededError, InsufficientFundsError, StateError
 */
export async function holdPayout(
  tx: Tx,
  progress: Progress,
  wallet: WalletWithAccounts,
  now: Date,
): Promise<{ progress: Progress; events: NewEvent[] }> {
  const { id, partnerId, currency, amountMinor: amount, feeMinor: fee } = progress.payment;
  // one currency for another within a wallet is not spent
  const uses = progress.payment.kind === 'EXCHANGE' ? [] : [payoutUse(progress.payment, wallet.identificationLevel)];
  await consumeLimits(tx, uses, now);
  const book = { partnerId, walletId: wallet.id, customerId: wallet.customerId, currency };
  const about = { partnerId, currency, reference: id, paymentId: id, occurredAt: now };
  // a wallet that a provider keeps has its own money there; a LOCAL one pays through the house wallet, or the bank
  const holder = isMirrored(wallet) ? wallet.id : progress.payment.providerAccountId;
  // through a provider the fee is the provider's: it leaves our money there together with the amount
  const lines = holder ? { amount: amount + fee, fee: 0n } : { amount, fee };
  const draft = payoutHeld({ ...about, ...lines, walletId: wallet.id, providerAccountId: holder });
  const posted = await postPayments(tx, [{ draft, payer: book, required: amount + fee }]);
  const changes = { confirmedAt: now, expiresAt: null };
  return {
    progress: step(progress, { to: 'PROCESSING', reason: 'CONFIRM', source: 'API', changes }, now),
    events: balanceEvents([book], posted, id, now),
  };
}
