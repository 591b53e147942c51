import type { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { Decimal } from '../../money/decimal.ts';
import { AmountError, formatAmount, type Money, parseAmount } from '../../money/money.ts';
import { jsonNumber, numberText } from '../json.ts';

/** Amounts of contract 1: rubles without a currency, JSON numbers read and written as their decimal text. */

export const RUB = 'RUB';

/** zod: an amount as a number, or as the text of one. */
export const amount = z
  .union([numberText, z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal')])
  .transform((text, ctx): Money => {
    try {
      return parseAmount(/e/i.test(text) ? new Decimal(text).toFixed() : text, RUB);
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

/** What is wrong with an amount for this lender; null when nothing is. */
export function amountIssue({ minor, currency }: Money): string | null {
  if (currency !== RUB) return 'The lender knows amounts in RUB only.';
  return minor > 0n ? null : 'must be more than zero.';
}

/** An amount for a request body, written as the documents do: `10000`, or `3666.67`. */
export const amountOut = (money: Money): LosslessNumber => jsonNumber(formatAmount(money).replace(/\.00$/, ''));
