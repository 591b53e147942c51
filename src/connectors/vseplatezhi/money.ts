import type { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { Decimal } from '../../money/decimal.ts';
import { AmountError, formatAmount, type Money, parseAmount } from '../../money/money.ts';
import { jsonNumber, numberText } from '../json.ts';
import { refusal } from './answer.ts';

/** Amounts of contract 1.1: rubles, JSON numbers read and written as their decimal text. */

export const RUB = 'RUB';

/** zod: an amount as a number, or as the text of one. */
export const amount = z
  .union([numberText, z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal')])
  .transform((text, ctx): Money => {
    try {
      return parseAmount(/e/i.test(text) ? new Decimal(text).toFixed() : text, RUB);
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

/** An amount as a filter has it: `123.00`. @throws ProviderRejected for another currency; nothing is sent */
export function amountText(operation: string, money: Money): string {
  if (money.currency !== RUB) throw refusal(operation, 'The provider knows amounts in RUB only.');
  return formatAmount(money);
}

/** An amount for a request body. @throws ProviderRejected for another currency; nothing is sent */
export const amountOut = (operation: string, money: Money): LosslessNumber => jsonNumber(amountText(operation, money));
