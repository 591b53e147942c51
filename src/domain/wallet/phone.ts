import { isValidPhoneNumber } from 'libphonenumber-js/max';
import type { Wallet } from '../../db/generated/client.ts';
import { InvalidInputError } from '../../errors.ts';
import type { Vault } from '../../lib/crypto.ts';

/** As much of a wallet as its phone needs to be shown. */
export type PhoneOfWallet = Pick<Wallet, 'id' | 'customerId' | 'phoneSealed'>;

/**
 * A phone number in E.164 with the plus sign, as given.
 * @param path where it stands in the input, for the refusal
 * @throws InvalidInputError when no network of the world has such a number
 */
export function checkPhone(phone: string, path: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(phone) && isValidPhoneNumber(phone)) return phone;
  throw InvalidInputError.at(path, 'must be a phone number in international form, such as +79261111111.');
}

/** A wallet's phone as it is stored: a keyed hash to search by, and the sealed number to show. */
export const sealPhone = (vault: Vault, walletId: string, phone: string) => ({
  phoneHash: vault.fingerprint(phone),
  phoneSealed: vault.seal(phone, `wallet.phone:${walletId}`),
});

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openPhone = (vault: Vault, walletId: string, sealed: Uint8Array): string =>
  vault.open(sealed, `wallet.phone:${walletId}`);
