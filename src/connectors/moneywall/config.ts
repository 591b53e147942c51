import { z } from 'zod';

/** The base URL, with or without the `/api/partners` that the documents count to it; trap M1: none is built in. */
const baseUrl = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/api(\/partners)?$/, ''));

const coefficient = z.string().regex(/^[1-9]\d{0,2}(\.\d{1,4})?$/, 'must be a decimal of at least 1, such as 1.20');

/** Settings of a provider account at Moneywall; all but the base URL belong to its credentials. */
export const moneywallConfig = z.object({
  /** Stands for https://dev.moneywall.io; `/api/partners` is added. */
  baseUrl,
  /** Issued to the partner; it stands bare in the header (trap M21). */
  token: z
    .string('must be given: the token that was issued to the partner')
    .regex(/^[\x21-\x7e]+$/, 'must be the token alone, without a space or a word such as Bearer before it'),
  /** Are the operations of other editions there: states of a period, pre-check of an application (contract A.2)? */
  statesEndpoint: z.stringbool('must be "true" or "false"').default(false),
  /** The price formula (contract 1.3, trap M9): the coefficient when departure is more than so many days after the opening, */
  coefficientAfterTerm: coefficient.default('1.10'),
  /** the coefficient otherwise, */
  coefficientWithinTerm: coefficient.default('1.20'),
  /** and the days. */
  termDays: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number of days, such as 64')
    .default('64')
    .transform((days) => Number.parseInt(days, 10)),
});

export type MoneywallConfig = z.output<typeof moneywallConfig>;
