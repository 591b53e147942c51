import { z } from 'zod';
import { currencyByCode } from '../../money/currency.ts';
import { idText, smallInteger } from '../json.ts';
import { decimalText, moneyOf } from './money.ts';

/** Bodies of contract 2.3 and 2.4. */

const text = z.string();
const optional = text.nullish();

/** IDN-1, IDN-2. */
export const identification = z.object({
  id: idText,
  type: text,
  birthDate: optional,
  firstName: optional,
  middleName: optional,
  lastName: optional,
  passport: optional,
  inn: optional,
  snils: optional,
  oms: optional,
});

/** IDN-3. */
export const downgradeRequest = z.object({ downgradeOperationId: text });

/** IDN-4, IDN-5. */
export const downgrade = z.object({
  downgradeOperation: z.object({ downgradeOperationId: text, status: z.object({ type: text }) }),
});

/** A period of LIM-1: its times are malformed in the documents themselves (trap T11), so anything may come. */
const interval = z.object({ dateFrom: optional, dateTill: optional }).nullish().catch(null);

const limit = z
  .object({
    type: text,
    currency: text.refine((code) => currencyByCode(code) !== undefined, 'expected an alphabetic code of ISO 4217'),
    max: decimalText,
    spent: decimalText,
    rest: decimalText,
    interval,
  })
  .transform(({ currency, max, spent, rest, ...limit }, ctx) => ({
    ...limit,
    max: moneyOf(max, currency, ctx),
    spent: moneyOf(spent, currency, ctx),
    rest: moneyOf(rest, currency, ctx),
  }));

/** LIM-1: lists by country (trap T12); what is no list is no country. */
export const limits = z.object({
  limits: z
    .record(text, z.unknown())
    .transform((entries) => Object.fromEntries(Object.entries(entries).filter(([, list]) => Array.isArray(list))))
    .pipe(z.record(text, z.array(limit))),
});

/** LIM-2 (trap T15). */
export const transferCount = z.object({ p2pPaymentCountLimit: smallInteger });

/** RST-1. */
export const restrictions = z.array(z.object({ restrictionCode: text, restrictionDescription: optional }));

export type WireIdentification = z.output<typeof identification>;
export type WireLimit = z.output<typeof limit>;
