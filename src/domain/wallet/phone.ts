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

/** For this long an opened phone is remembered: a page shows the same few wallets again and again, and opening one is not free. */
export const OPENED_KEPT_MS = 5_000;
const MOST_OPENED = 20_000;

interface OpenedPhone {
  sealed: Uint8Array;
  phone: string;
}

/** Phones by their wallets, each with the sealed value that it was opened from: another value is opened anew. */
const opened = new WeakMap<Vault, Map<string, OpenedPhone>>();

/**
 * The phone out of its sealed value.
 * @throws InvariantError when the stored value was changed or belongs to another row
 */
export function openPhone(vault: Vault, walletId: string, sealed: Uint8Array): string {
  const known = opened.get(vault)?.get(walletId);
  if (known !== undefined && isSame(known.sealed, sealed)) return known.phone;
  const phone = vault.open(sealed, `wallet.phone:${walletId}`);
  remember(vault, walletId, { sealed, phone });
  return phone;
}

/** The rows of a page that show one wallet share the value; those of different pages have it in different places. */
const isSame = (known: Uint8Array, sealed: Uint8Array): boolean =>
  known === sealed || Buffer.compare(known, sealed) === 0;

function remember(vault: Vault, walletId: string, phone: OpenedPhone): void {
  let phones = opened.get(vault);
  if (!phones) {
    phones = new Map();
    opened.set(vault, phones);
    setTimeout(() => opened.delete(vault), OPENED_KEPT_MS).unref();
  }
  if (phones.size < MOST_OPENED || phones.has(walletId)) phones.set(walletId, phone);
}
