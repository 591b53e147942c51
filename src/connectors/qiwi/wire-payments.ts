import { z } from 'zod';
import { idText } from '../json.ts';
import { amount, currency, decimalText } from './money.ts';

/** Bodies of contract 2.6 and 2.7. */

const text = z.string();
const optional = text.nullish();

/** `PaymentInfo`; `terms`, `fields` and `source` say nothing that the request did not (traps T29, T52, T53). */
export const paymentInfo = z.object({
  id: idText,
  sum: amount,
  transaction: z.object({ id: idText, state: z.object({ code: text }) }),
});

/** PAY-1. */
export const commission = z.object({
  withdrawSum: amount,
  enrollmentSum: amount,
  qwCommission: amount,
  fundingSourceCommission: amount,
  withdrawToEnrollmentRate: decimalText,
});

/** PAY-6; pairs with a currency that has no numeric code of ISO 4217 are left out. */
export const crossRates = z.object({
  result: z
    .array(z.object({ from: currency, to: currency, rate: decimalText }).nullable().catch(null))
    .transform((pairs) => pairs.filter((pair) => pair !== null)),
});

/** PAY-8. */
export const operators = z.object({
  mobileOperatorProviderList: z.array(z.object({ id: idText, shortName: text, logoUrl: optional })),
});

/** PAY-9 and PAY-12: named values. */
export const container = z.object({
  elements: z.array(z.object({ name: text, value: optional })),
});

/** PAY-18. */
export const found = z.object({
  items: z.array(
    z.object({
      name: text,
      description: optional,
      data: z.object({
        id: idText,
        logoUrl: optional,
        siteUrl: optional,
        category: z.object({ name: text }).nullish(),
      }),
    }),
  ),
});

/** PAY-3. */
export const nickname = z.object({
  nickname: text,
  canChange: z.boolean().nullish(),
  canUse: z.boolean().nullish(),
  description: optional,
});

export type WirePaymentInfo = z.output<typeof paymentInfo>;
export type WireContainer = z.output<typeof container>;
export type WireOperator = z.output<typeof operators>['mobileOperatorProviderList'][number];
export type WireFound = z.output<typeof found>['items'][number];
