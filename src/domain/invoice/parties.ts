import type { Tx } from '../../db/client.ts';
import type { Invoice } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import type { Vault } from '../../lib/crypto.ts';
import { checkPhone, openPhone } from '../wallet/phone.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet, findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';

/** Both sides so far as a provider knows them, and what the issuer added to be kept with the invoice. */
export interface Parties {
  payerPhone?: string | undefined;
  payerEmail?: string | undefined;
  /** The payer's id with the issuer. */
  payerAccount?: string | undefined;
  recipientPhone?: string | undefined;
  /** Who asks, where that is a merchant. */
  merchant?: { reference: string | null; name: string; logoUrl: string | null } | undefined;
  attributes?: { name: string; value: string }[] | undefined;
  /** Where the payer's browser ends. */
  returnUrl?: string | undefined;
}

/** Parties as stored; the invoice's id binds them to its row. */
export const sealParties = (vault: Vault, invoiceId: string, parties: Parties): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(parties), `invoice.parties:${invoiceId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openParties = (vault: Vault, { id, partiesSealed }: Invoice): Parties =>
  partiesSealed ? (JSON.parse(vault.open(partiesSealed, `invoice.parties:${id}`)) as Parties) : {};

/** Who is asked to pay, as the issuer names it. */
export interface PayerInput {
  walletId?: string | undefined;
  phone?: string | undefined;
  /** By these only where the provider asks strangers. */
  email?: string | undefined;
  account?: string | undefined;
}

/** Who is asked to pay: a wallet that is known here, or (at a provider) only its phone. */
export interface Payer {
  wallet: WalletWithAccounts | null;
  phone: string | null;
}

/**
 * Finds who is asked to pay.
 * @throws InvalidInputError when nobody is named, two different ones, the issuer itself, or a wallet kept elsewhere;
 *   NotFoundError; StateError for a closed wallet
 */
export async function payerOf(
  { vault }: Pick<Deps, 'vault'>,
  tx: Tx,
  recipient: WalletWithAccounts,
  input: PayerInput | undefined,
): Promise<Payer> {
  const { walletId, phone, email, account } = input ?? {};
  if (email !== undefined || account !== undefined)
    throw InvalidInputError.at('input.payer', 'must be named here by its walletId or its phone.');
  if (walletId === undefined && phone === undefined)
    throw InvalidInputError.at('input.payer', 'is needed here: give its walletId or its phone.');
  const { partnerId, provider } = recipient;
  const named = walletId === undefined ? null : await findPartnerWallet(tx, partnerId, walletId);
  if (walletId !== undefined && !named) throw new NotFoundError('The paying wallet');
  if (named && named.provider !== provider)
    throw InvalidInputError.at('input.payer.walletId', 'must be kept where the receiving wallet is kept.');
  const hash = phone === undefined ? null : vault.fingerprint(checkPhone(phone, 'input.payer.phone'));
  const called = hash && (await findWalletByPhone(tx, partnerId, hash, provider));
  if (hash && named && called?.id !== named.id)
    throw InvalidInputError.at('input.payer', 'the phone is not that of the wallet; give one of them.');
  const wallet = named ?? called;
  if (!wallet && provider === 'LOCAL') throw new NotFoundError('A wallet with this phone');
  const known = phone ?? (wallet && phoneOf(vault, wallet));
  const own = wallet?.id === recipient.id || (provider !== 'LOCAL' && known === recipient.number);
  if (own) throw InvalidInputError.at('input.payer', 'a wallet cannot pay itself; name another payer.');
  if (wallet) checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
  return { wallet, phone: known };
}

const phoneOf = (vault: Vault, { id, phoneSealed, number }: WalletWithAccounts): string | null =>
  phoneSealed ? openPhone(vault, id, phoneSealed) : number;
