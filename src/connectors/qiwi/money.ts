import type { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { present } from '../../lib/assert.ts';
import { currencyByCode, currencyByNumeric } from '../../money/currency.ts';
import { Decimal } from '../../money/decimal.ts';
import { AmountError, formatAmount, type Money, parseAmount } from '../../money/money.ts';
import { jsonNumber, numberText } from '../json.ts';

/**
 * Amounts and currencies of contract 1.3. Amounts are JSON numbers, read and written as their decimal text; currencies are
 * numeric codes of ISO 4217, numbers in one API and texts in another, and alphabetic codes here.
 */

/** Decimal text of a JSON number, whichever way it was written (`1e2` is 100). */
const plain = (text: string): string => (/e/i.test(text) ? new Decimal(text).toFixed() : text);

/** zod: a JSON number, or the text of one (trap T12), as decimal text. */
export const decimalText = z
  .union([numberText, z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal')])
  .transform(plain);

/** zod: a numeric currency code, as a number or as text → alphabetic code. */
export const currency = z.union([numberText, z.string()]).transform((numeric, ctx) => {
  const known = /^\d{1,3}$/.test(numeric) ? currencyByNumeric(numeric) : undefined;
  if (known) return known.code;
  ctx.addIssue({ code: 'custom', message: 'expected a numeric code of ISO 4217' });
  return z.NEVER;
});

/** An amount's text as exact money, or an issue. */
export function moneyOf(text: string, code: string, ctx: z.RefinementCtx): Money {
  try {
    return parseAmount(text, code);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    ctx.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}

/** zod: `{amount, currency}` as everywhere in the wallet's own APIs. */
export const amount = z
  .object({ amount: decimalText, currency })
  .transform((value, ctx) => moneyOf(value.amount, value.currency, ctx));

/** An amount for a request body: a JSON number in the shortest decimal form. */
export const amountOut = (money: Money): LosslessNumber =>
  jsonNumber(
    formatAmount(money)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  );

/** A currency for a request body where it is text: `"643"`. */
export const currencyOut = (code: string): string => present(currencyByCode(code), `currency ${code}`).numeric;
