import { z } from 'zod';
import { idText } from '../json.ts';
import { amount, currency, decimalText, moneyOf } from './money.ts';
import { timestamp } from './time.ts';

/** Bodies of QIWI Master cards (contract 2.10). */

const text = z.string();
const optional = text.nullish();

/** MST-2, MST-3. */
export const cardOrder = z.object({
  id: text,
  cardAlias: text,
  status: text,
  price: amount.nullish(),
  cardId: idText.nullish(),
});

const limit = z
  .object({ value: decimalText, currencyCode: currency })
  .transform(({ value, currencyCode }, ctx) => moneyOf(value, currencyCode, ctx));

/** `qvx.cardId` is beyond what a double holds and is not read (trap T43): the card is `qvx.id` (trap T42). */
const card = z.object({
  id: idText,
  maskedPan: optional,
  status: text,
  cardExpire: optional,
  cardType: optional,
  cardAlias: optional,
  cardLimit: limit.nullish(),
  activated: timestamp.nullish(),
  smsResended: timestamp.nullish(),
  blockedDate: timestamp.nullish(),
  unblockAvailable: z.boolean().nullish(),
  txnId: idText.nullish(),
});

const tariff = z.object({
  name: optional,
  alias: text,
  price: amount.nullish(),
  period: optional,
  details: z
    .object({
      info: optional,
      description: optional,
      tariffLink: optional,
      offerLink: optional,
      features: z.array(text).nullish(),
      requisites: z.array(z.object({ name: text, value: text })).nullish(),
    })
    .nullish(),
});

/** MST-5. */
export const issuedCards = z.array(z.object({ qvx: card, balance: amount.nullish(), info: tariff.nullish() }));

/** MST-8. */
export const operationResult = z.object({ status: text });

/** MST-9: number and code are there when the status is OK. */
export const cardDetails = z.object({ status: text, pan: optional, cvv: optional });

/** MST-10; judged by the status only (trap T56). */
export const renamed = z.object({ status: text, error: optional });

export type WireIssuedCard = z.output<typeof issuedCards>[number];
export type WireTariff = z.output<typeof tariff>;
