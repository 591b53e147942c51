import { type CurrencyInfo, currencyByCode } from './currency.ts';

/** An exact amount: minor units (kopecks, cents) of one currency. */
export interface Money {
  minor: bigint;
  currency: string;
}

/** An amount's text cannot be an amount of that currency. The message says what would be right. */
export class AmountError extends Error {}

/** The largest amount that one movement may have: what fits PostgreSQL's bigint with room for sums. */
export const MAX_MINOR = 10n ** 17n;

/**
 * Reads a decimal text as minor units, exactly; nothing is rounded.
 * @param text such as "1237.5" or "1237.50"; at most the currency's decimals, no exponent, no plus sign
 * @param currency ISO 4217 alphabetic code
 * @throws AmountError that says what is wrong: form, decimals, size or currency
 */
export function parseAmount(text: string, currency: string): Money {
  const { scale } = knownCurrency(currency);
  const match = /^(-?)(\d{1,24})(?:\.(\d{1,24}))?$/.exec(text);
  if (!match) throw new AmountError(`"${text.slice(0, 40)}" is not a decimal amount such as "1237.50".`);
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) {
    const allowed = scale === 0 ? 'no decimals' : `at most ${scale} decimals`;
    throw new AmountError(`${currency} amounts have ${allowed}.`);
  }
  const minor = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  if (minor > MAX_MINOR) throw new AmountError('The amount is larger than any payment can be.');
  return { minor: sign === '-' ? -minor : minor, currency };
}

/**
 * The decimal text of an amount at its currency's scale: "1237.50", "-0.05".
 * @throws AmountError when the currency is unknown
 */
export function formatAmount({ minor, currency }: Money): string {
  const { scale } = knownCurrency(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0');
  const sign = minor < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * The amount as people of a locale write it: "1 237,50 ₽".
 * @param locale BCP 47 tag
 * @throws RangeError when the locale is malformed
 */
export function formatForPeople(money: Money, locale: string): string {
  const { scale } = knownCurrency(money.currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: scale,
    maximumFractionDigits: scale,
  });
  // a decimal text is formatted exactly, where a number would be rounded through a double
  return format.format(formatAmount(money) as `${number}`);
}

function knownCurrency(code: string): CurrencyInfo {
  const currency = currencyByCode(code);
  if (!currency) throw new AmountError(`"${code.slice(0, 10)}" is not a currency that is handled here.`);
  return currency;
}
