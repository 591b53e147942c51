import { z } from 'zod';
import { idText } from '../json.ts';
import { currency, amount as money } from './money.ts';

/**
 * Bodies of the wallet's own APIs (contract 2.1 to 2.4). Unknown fields are dropped; a missing one on which something
 * rests fails the parse, service data may be absent or null.
 */

export const text = z.string();
export const optional = text.nullish();
export const flag = z.boolean().nullish();
const id = idText;

/** ISO 8601 with a zone (contract 1.4); P2P notifications write the offset without minutes. */
export const timestamp = text.transform((value, ctx) => {
  const date = new Date(value.replace(/(T.*[+-]\d{2})$/, '$1:00'));
  if (!Number.isNaN(date.getTime())) return date;
  ctx.addIssue({ code: 'custom', message: 'expected an ISO 8601 time' });
  return z.NEVER;
});

/** A time on which nothing rests: null when it is absent or malformed. */
const time = timestamp.nullish().catch(null);

/** BAL-1. */
export const accounts = z.object({
  accounts: z.array(
    z.object({
      alias: text,
      title: text,
      type: z.object({ id: text, title: optional }),
      hasBalance: z.boolean(),
      balance: money.nullish(),
      currency,
    }),
  ),
});

/** BAL-3: an array, or an object of such objects; empty ones are skipped (trap T7). */
export const offers = z
  .union([z.array(z.unknown()), z.record(text, z.unknown()).transform((entries) => Object.values(entries))])
  .transform((entries) => entries.filter((entry) => Object.keys(entry ?? {}).length > 0))
  .pipe(z.array(z.object({ alias: text, currency })));

const secret = { nextPassChange: time, lastPassChange: time, nextMobilePinChange: time, lastMobilePinChange: time };

/** PRF-1. */
export const profile = z.object({
  authInfo: z.object({
    personId: id,
    registrationDate: time,
    boundEmail: optional,
    ip: optional,
    lastLoginDate: time,
    mobilePinInfo: z.object({ mobilePinUsed: flag, ...secret }).nullish(),
    passInfo: z.object({ passwordUsed: flag, ...secret }).nullish(),
    pinInfo: z.object({ pinUsed: flag }).nullish(),
  }),
  contractInfo: z.object({
    blocked: z.boolean(),
    contractId: id,
    features: z.array(z.unknown()).nullish(),
    identificationInfo: z.array(z.object({ bankAlias: optional, identificationLevel: text, passportExpired: flag })),
  }),
  userInfo: z.object({
    defaultPayCurrency: currency,
    defaultPaySource: id.nullish(),
    email: optional,
    firstTxnId: id.nullish(),
    language: optional,
    operator: optional,
    phoneHash: optional,
    promoEnabled: z.union([text, z.boolean().transform(String)]).nullish(),
  }),
});

export type WireAccount = z.output<typeof accounts>['accounts'][number];
export type WireProfile = z.output<typeof profile>;
