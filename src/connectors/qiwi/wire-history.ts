import { z } from 'zod';
import { idText, numberText } from '../json.ts';
import { amount } from './money.ts';
import { timestamp } from './time.ts';

/** Bodies of the history (contract 2.5). Texts that are null in one sample and empty in another are read alike (trap T21). */

const text = z.string();
const optional = text.nullish();

/** `provider` and `source`: who was paid and what paid; `source` may be `{}`. */
const provider = z.object({ id: idText.nullish(), shortName: optional, longName: optional, logoUrl: optional });

/** Flags by name; what is no flag is dropped. */
const features = z
  .record(text, z.unknown())
  .transform((all) => Object.entries(all).flatMap(([name, set]) => (typeof set === 'boolean' ? [{ name, set }] : [])));

/** Contract 2.5, PaymentHistoryItem; ids and codes as numbers or as texts (trap T16). */
export const historyItem = z.object({
  txnId: idText,
  personId: idText,
  date: timestamp,
  errorCode: idText.nullish(),
  error: optional,
  type: z.enum(['IN', 'OUT', 'QIWI_CARD']),
  status: text,
  statusText: optional,
  trmTxnId: idText.nullish(),
  account: optional,
  sum: amount,
  commission: amount.nullish(),
  total: amount.nullish(),
  provider: provider.nullish(),
  source: provider.nullish(),
  comment: optional,
  currencyRate: numberText.nullish(),
  /** HIS-3 only. */
  features: features.nullish(),
});

/** HIS-1. Both parts of the cursor, or none (trap T20). */
export const historyPage = z.object({
  data: z.array(historyItem),
  nextTxnId: idText.nullish(),
  nextTxnDate: optional,
});

/** HIS-2. */
export const totals = z.object({ incomingTotal: z.array(amount), outgoingTotal: z.array(amount) });

export type WireHistoryItem = z.output<typeof historyItem>;
export type WireType = WireHistoryItem['type'];
