import { InvalidInputError, type MinorAmount } from '../errors.ts';
import { currencyByCode } from '../money/currency.ts';
import { AmountError, formatAmount, formatForPeople, type Money, parseAmount } from '../money/money.ts';
import { builder } from './builder.ts';

export const MoneyRef = builder.objectRef<Money>('Money').implement({
  description: 'An exact amount of one currency.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      description: 'The amount at the currency’s scale: "1237.50".',
      resolve: formatAmount,
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'The currency of the amount.' }),
    formatted: t.string({
      description: 'The amount as people of that locale write it.',
      args: {
        locale: t.arg.string({
          defaultValue: 'ru-RU',
          required: true,
          description: 'BCP 47 tag, such as ru-RU or en-US.',
        }),
      },
      resolve: (money, { locale }) => {
        try {
          return formatForPeople(money, locale);
        } catch {
          throw InvalidInputError.at('locale', 'must be a BCP 47 tag such as ru-RU.');
        }
      },
    }),
  }),
});

export const MoneyInputRef = builder.inputType('MoneyInput', {
  description: 'An exact amount of one currency, as input.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'A decimal string with at most the currency’s decimals.',
    }),
    currency: t.field({
      type: 'Currency',
      required: true,
      defaultValue: 'RUB',
      description: 'The currency of the amount.',
    }),
  }),
});

/** An amount as the caller sees it. */
export const money = (minor: bigint, currency: string): Money => ({ minor, currency });

/**
 * A MoneyInput in minor units.
 * @param path of the MoneyInput, dotted, for the refusal
 * @throws InvalidInputError for a text that is no amount of that currency
 */
export function minorAmount(input: { amount: string; currency: string }, path: string): MinorAmount {
  if (!currencyByCode(input.currency)) {
    throw InvalidInputError.at(
      `${path}.currency`,
      `"${input.currency.slice(0, 10)}" is not a currency that is handled here.`,
    );
  }
  try {
    return parseAmount(input.amount, input.currency);
  } catch (error) {
    if (error instanceof AmountError) throw InvalidInputError.at(`${path}.amount`, error.message);
    throw error;
  }
}
