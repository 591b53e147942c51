import { z } from 'zod';
import { integerText, measure, numberText, smallInteger } from '../json.ts';
import { amountOf, orEmptyList, rubles, serviceParameter, text, timestamp } from './wire.ts';

/** Bodies of the operations around payments: places, limits, invoices, templates, BEST (contract 2.1, 2.11). */

const optional = text.nullish();

export const place = z.object({
  id: text,
  title: text,
  inside: z.array(z.object({ id: text, title: text })).nullish(),
});

export const location = z.object({
  id: text,
  name: optional,
  type: text,
  group: optional,
  worktime: optional,
  address: text,
  latitude: measure,
  longitude: measure,
});

/** A rule for one level: allowed or not, or a number of rubles written as text (trap T-38). */
const levelLimit = z
  .object({ type: text, value: z.union([z.boolean(), text, numberText]), status: text })
  .transform(({ value, status }, ctx) => ({
    status,
    enabled: value !== false,
    max: typeof value === 'boolean' ? null : amountOf(value, 'RUB', ctx),
  }));

export const limit = z.object({ title: text, description: optional, limits: z.array(levelLimit) });

export const invoice = z.object({
  _id: text,
  payer: text,
  amount: rubles,
  recipient: text,
  message: optional,
  status: optional,
  payment_id: integerText.nullish(),
});

export const template = z.object({
  id: text,
  name: text,
  type: text,
  amount: z.object({ value: rubles, disabled: z.boolean() }),
  service: z.object({ id: integerText, name: text, params: z.array(serviceParameter).nullish() }),
});

const bestParty = z.object({
  data: z.object({
    country: orEmptyList(z.object({ numeric: optional })).nullish(),
    lastname: optional,
    firstname: optional,
    patronymic: optional,
    isresident: smallInteger.nullish(),
  }),
  address: orEmptyList(z.object({ phone: optional })).nullish(),
});

const rouble = (code: string) => (code === 'RUR' ? 'RUB' : code);

/** Contract 2.1, BestTransfer; RUR is the old code of the ruble. */
export const bestTransfer = z
  .object({
    number: integerText,
    amount: numberText,
    currency_alpha: text,
    note: optional,
    creating_date: timestamp,
    fee: numberText,
    amount_charge: numberText,
    currency_charge: text,
    rate: numberText,
    sender: bestParty,
    receiver: bestParty,
  })
  .transform((transfer, ctx) => ({
    ...transfer,
    amount: amountOf(transfer.amount, rouble(transfer.currency_alpha), ctx),
    fee: amountOf(transfer.fee, rouble(transfer.currency_charge), ctx),
    amount_charge: amountOf(transfer.amount_charge, rouble(transfer.currency_charge), ctx),
  }));

/** Contract 2.11, BestClient. */
export const bestClient = z.object({
  data: z.object({
    lastname: optional,
    firstname: optional,
    patronymic: optional,
    account: optional,
    isresident: smallInteger.nullish(),
    id_card: optional,
    id_client: integerText,
  }),
  address: orEmptyList(z.record(text, text.nullable())).nullish(),
  data_extended: z
    .object({ inn: optional, birth_day: optional, birth_place: optional, migration_card_number: optional })
    .nullish(),
  identification: z
    .object({
      type: optional,
      series: optional,
      number: optional,
      issuer: optional,
      issue_date: optional,
      dep_code: optional,
    })
    .nullish(),
});

export type WireInvoice = z.output<typeof invoice>;
export type WireLocation = z.output<typeof location>;
export type WireTemplate = z.output<typeof template>;
export type WireBestTransfer = z.output<typeof bestTransfer>;
export type WireBestClient = z.output<typeof bestClient>;
export type WireLimit = z.output<typeof limit>;
