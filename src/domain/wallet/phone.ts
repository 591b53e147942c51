import { isValidPhoneNumber } from 'libphonenumber-js/max';
import type { Wallet } from '../../db/generated/client.ts';
import { InvalidInputError } from '../../errors.ts';
import type { Vault } from '../../lib/crypto.ts';

/** A sealed phone: its bytes, or a text with a character for each of them, as the rows of a page have it. */
export type SealedPhone = Uint8Array | string;

/** As much of a wallet as its phone needs to be shown. */
export interface PhoneOfWallet extends Pick<Wallet, 'id' | 'customerId'> {
  phoneSealed: SealedPhone | null;
  /** The phone, when it has been opened for this page. */
  opened?: string;
}

/** That of a whole wallet. */
export const phoneOf = ({ id, customerId, phoneSealed }: Wallet): PhoneOfWallet => ({ id, customerId, phoneSealed });

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
  sealed: string;
  phone: string;
}

/** Phones by their wallets, each with the sealed value that it was opened from: another value is opened anew. */
const opened = new WeakMap<Vault, Map<string, OpenedPhone>>();

/**
 * The phone out of its sealed value.
 * @throws InvariantError when the stored value was changed or belongs to another row
 */
export function openPhone(vault: Vault, walletId: string, given: SealedPhone): string {
  const known = opened.get(vault)?.get(walletId);
  const sealed = typeof given === 'string' ? given : latin1(given);
  if (known !== undefined && known.sealed === sealed) return known.phone;
  const bytes = typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
  const phone = vault.open(bytes, `wallet.phone:${walletId}`);
  // of its own, not a part of the row that it came in
  remember(vault, walletId, { sealed: latin1(bytes), phone });
  return phone;
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

function remember(vault: Vault, walletId: string, phone: OpenedPhone): void {
  let phones = opened.get(vault);
  if (!phones) {
    phones = new Map();
    opened.set(vault, phones);
    setTimeout(() => opened.delete(vault), OPENED_KEPT_MS).unref();
  }
  if (phones.size < MOST_OPENED || phones.has(walletId)) phones.set(walletId, phone);
}
