import { createHmac, timingSafeEqual } from 'node:crypto';
import { isLosslessNumber } from 'lossless-json';

/** Signatures of what QIWI sends (contract 2.9, 6.1, appendix A.3): HMAC-SHA256 in hex over values joined with `|`. */

/** What every signature has to cover: one that covers less could be moved to another payment. */
const COVERED = ['sum.currency', 'sum.amount', 'type', 'account', 'txnId'];

/** How an amount may have been written when it was signed: as on the wire, shortest, with two decimals (trap T46). */
const spellings: readonly ((digits: string) => string)[] = [(digits) => digits, shortest, twoDecimals];

/**
 * Is a notification of a payment signed with this key (HOK-7)?
 * @param payment read with numbers as their source text
 * @param hash lower-case hex
 * @param key Base64, as HOK-3 answers it
 */
export function isSignedPayment(payment: Readonly<Record<string, unknown>>, hash: string, key: string): boolean {
  const paths = typeof payment['signFields'] === 'string' ? payment['signFields'].split(',') : [];
  if (!COVERED.every((path) => paths.includes(path))) return false;
  const messages = spellings.map((spell) => joined(paths.map((path) => textAt(payment, path, spell))));
  return isAnyOf(hash, Buffer.from(key, 'base64'), messages);
}

/** What of a bill its notification signs, in this order. */
export interface SignedBill {
  currency: string;
  value: string;
  billId: string;
  siteId: string;
  status: string;
}

/** Is a notification of a bill signed with this SecretKey (P2P-5)? Amounts are signed with two decimals (appendix A.3). */
export function isSignedBill(bill: SignedBill, hash: string, key: string): boolean {
  const { currency, value, billId, siteId, status } = bill;
  const messages = spellings.map((spell) => joined([currency, spell(value), billId, siteId, status]));
  return isAnyOf(hash, Buffer.from(key, 'utf8'), messages);
}

/** The value at a dotted path as it is signed; null where there is none. */
function textAt(payment: unknown, path: string, spell: (digits: string) => string): string | null {
  const value = path
    .split('.')
    .reduce<unknown>(
      (inside, name) =>
        inside !== null && typeof inside === 'object' && Object.hasOwn(inside, name)
          ? (inside as Record<string, unknown>)[name]
          : undefined,
      payment,
    );
  if (isLosslessNumber(value)) return path.endsWith('.amount') ? spell(value.value) : value.value;
  return typeof value === 'string' ? value : null;
}

/** Null when a value is missing: then nothing was signed that we could check. */
const joined = (texts: (string | null)[]): string | null => (texts.includes(null) ? null : texts.join('|'));

/** Compares with every message, each in constant time. */
function isAnyOf(hash: string, key: Buffer, messages: (string | null)[]): boolean {
  const given = Buffer.from(hash, 'utf8');
  const matches = messages.map((message) => {
    if (message === null) return false;
    const right = Buffer.from(createHmac('sha256', key).update(message, 'utf8').digest('hex'), 'utf8');
    return given.length === right.length && timingSafeEqual(given, right);
  });
  return matches.includes(true);
}

function shortest(digits: string): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const rest = fraction.replace(/0+$/, '');
  return rest === '' ? whole : `${whole}.${rest}`;
}

function twoDecimals(digits: string): string {
  const [whole = '', fraction = ''] = shortest(digits).split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}
