import { z } from 'zod';
import { idText, numberText, smallInteger } from '../json.ts';
import { amount, moneyOf } from './money.ts';
import { timestamp } from './time.ts';

/** Bodies around invoices: those that a wallet has got (contract 2.8), and bills of the P2P API (appendix A). */

const text = z.string();
const optional = text.nullish();

/** INV-1. */
export const keyPair = z.object({ PublicKey: text.min(1), SecretKey: text.min(1) });

/** Unix time in milliseconds (trap T33). */
const milliseconds = smallInteger.transform((at) => new Date(at));

/** INV-2. */
export const unpaidInvoice = z.object({
  id: idText,
  external_id: idText.nullish(),
  creation_datetime: milliseconds,
  expiration_datetime: milliseconds.nullish(),
  sum: amount,
  status: text,
  provider: z.object({ id: idText.nullish(), short_name: optional, long_name: optional, logo_url: optional }).nullish(),
  comment: optional,
  pay_url: optional,
});

export const unpaidInvoices = z.object({ bills: z.array(unpaidInvoice) });

/** INV-3; the flag is a boolean or its text (trap T68) and says no more than the status. */
export const invoicePaid = z.object({ invoice_status: text });

/** An amount of the P2P API: text or number, with an alphabetic currency (contract 1.3). */
const billAmount = z
  .object({ value: z.union([text, numberText]), currency: text })
  .transform(({ value, currency }, ctx) => moneyOf(value, currency, ctx));

/** P2P-1, P2P-2, P2P-3. */
export const bill = z.object({
  billId: text,
  amount: billAmount,
  status: z.object({ value: text, changedDateTime: timestamp.nullish() }),
  customer: z.object({ phone: optional, email: optional, account: optional }).nullish(),
  customFields: z.record(text, z.unknown()).nullish(),
  comment: optional,
  creationDateTime: timestamp.nullish(),
  expirationDateTime: timestamp.nullish(),
  payUrl: optional,
});

export type WireUnpaidInvoice = z.output<typeof unpaidInvoice>;
export type WireBill = z.output<typeof bill>;
