import { z } from 'zod';
import { idText, integerText, numberText } from '../json.ts';
import { timestamp } from './time.ts';

/** Bodies around notifications: webhooks (contract 2.9) and the bills of the P2P API (appendix A.3). */

const text = z.string();

/** HOK-1, HOK-5: a webhook as it is registered. */
export const hook = z.object({
  hookId: text,
  hookParameters: z.object({ url: text }),
  txnType: z.enum(['IN', 'OUT', 'BOTH']),
});

/** HOK-3, HOK-4: Base64 of the key. */
export const hookKey = z.object({ key: text.min(1) });

/** HOK-7 before its signature is checked. A test notification has neither payment nor hash (trap T47). */
export const notification = z.object({
  hookId: text,
  messageId: text,
  test: z.boolean(),
  hash: text.nullish(),
  payment: z.looseObject({}).nullish(),
});

/** Its payment, once the signature is right; ids and codes as numbers or as texts (trap T16). */
export const notifiedPayment = z.object({
  txnId: idText,
  type: z.enum(['IN', 'OUT', 'QIWI_CARD']),
  status: text,
  personId: integerText,
  date: timestamp,
});

/** P2P-5: what of a bill is signed and needed; an amount as text or as a number. */
export const billNotification = z.object({
  bill: z.object({
    siteId: text,
    billId: text,
    amount: z.object({ value: z.union([text, numberText]), currency: text }),
    status: z.object({ value: text, changedDateTime: text }),
  }),
});

export type WireHook = z.output<typeof hook>;
