import { z } from 'zod';
import { integerText } from '../json.ts';
import { readMoscowTime } from '../moscow.ts';
import { amount } from './money.ts';

/** Bodies of contract 2.2 and 2.3. Unknown fields are dropped; a missing one on which something rests fails the parse. */

const text = z.string();
const id = text.min(1);

/** `account.register`, `account.identify`. */
export const identified = z.object({ walletId: id, identification: text });

/** `account.info`. */
export const info = z.object({ number: text, balance: amount, status: text });

/** `account.deactivate`. */
export const deactivated = z.object({ walletId: id });

/** Colons in answers (trap T-02); hyphens, as questions have them, are understood as well. */
const time = text.transform((value, ctx) => {
  const date = readMoscowTime(value.replace(/ (\d{2})-(\d{2})-(\d{2})$/, ' $1:$2:$3'));
  if (date) return date;
  ctx.addIssue({ code: 'custom', message: 'expected YYYY-MM-DD HH:MM:SS' });
  return z.NEVER;
});

const operation = z.object({
  operationType: text,
  description: text.nullish(),
  operationDate: time,
  amount,
  tcp: text.nullish(),
  tsp: text.nullish(),
});

/** A list, or its single element by itself (trap T-10). */
const listOf = <T>(element: z.ZodType<T>) =>
  z.union([z.array(element), element.transform((single) => [single])], 'expected a list');

/** `account.report`. The receiver stands under either name (trap T-09). */
export const report = z.object({
  content: listOf(operation.transform(({ tcp, tsp, ...rest }) => ({ ...rest, receiver: tcp ?? tsp ?? null }))),
});

/** `account.refill`. */
export const refill = z.object({ amount, payload: text.min(1) });

/** `payment.init`, `payment.execute`. */
export const payment = z.object({ walletId: id, token: id });

/** `withdrawal.init`: nothing is documented (trap T-15), so nothing is demanded. */
export const withdrawal = z.object({ walletId: text.nullish(), amount: amount.nullish() });

/** `withdrawal.banks`. */
export const banks = z.object({
  banks: listOf(
    z.object({
      bankIdentifier: z.union([text, integerText]),
      name: text,
      originalName: text.nullish(),
      bic: text.nullish(),
      logoUrl: text.nullish(),
    }),
  ),
});

const limit = z.object({ oneTimeLimit: amount.nullish(), monthLimit: amount.nullish(), enabled: z.boolean() });

/** `limits.get`: one of each type, under its name. */
export const limits = z.object({
  operationLimits: z.object({ CREDIT: limit.optional(), PAYMENT: limit.optional(), DEBIT: limit.optional() }),
  balanceLimit: amount.nullish(),
});

/** `limits.set`: nothing is documented (trap T-16), so nothing is demanded. */
export const anything = z.looseObject({});

/** Whole seconds, as a number or as its text. */
const seconds = z
  .union([integerText, text])
  .refine((value) => /^\d{1,9}$/.test(value), 'expected seconds')
  .transform((value) => Number.parseInt(value, 10));

/** `auth.token`, `auth.refresh` (contract 2.3); a lifetime that is not told is the expected one. */
export const tokens = z.object({
  access_token: text.min(1),
  refresh_token: text.min(1).nullish(),
  expires_in: seconds.default(300),
});

export type WireOperation = z.output<typeof report>['content'][number];
export type WireLimits = z.output<typeof limits>;
export type WireTokens = z.output<typeof tokens>;
