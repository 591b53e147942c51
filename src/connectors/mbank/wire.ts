import { z } from 'zod';
import { AmountError, parseAmount } from '../../money/money.ts';
import { idText, integerText, numberText, smallInteger } from '../json.ts';

/**
 * Bodies as mbank sends them (contract 1.4, 2.1). Unknown fields are dropped, a missing required one fails the parse,
 * an optional one may be absent or null. Amounts become exact money here, so that what maps them cannot fail.
 */

export const amountOf = (text: string, currency: string, ctx: z.RefinementCtx) => {
  try {
    return parseAmount(text, currency);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    ctx.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
};

/** A JSON number of rubles (contract 1.5). */
export const rubles = numberText.transform((text, ctx) => amountOf(text, 'RUB', ctx));

/** `YYYY-MM-DDTHH:mm:ss.SSSZ`, or with an offset without a colon, as the BEST network writes it. */
export const timestamp = z.string().transform((text, ctx) => {
  const date = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (!Number.isNaN(date.getTime())) return date;
  ctx.addIssue({ code: 'custom', message: 'expected an ISO 8601 time' });
  return z.NEVER;
});

/** PHP writes an empty map as an empty list (trap T-44). */
export const orEmptyList = <T extends z.ZodType>(schema: T) => z.union([schema, z.tuple([]).transform(() => null)]);

export const text = z.string();
const optional = text.nullish();

export const currentParameter = z.object({ code: text, name: text, value: optional, editable: z.boolean() });

export const rate = z.object({ fix: rubles, percent: numberText, min: rubles.nullish(), max: rubles.nullish() });

const description = z.union([text, z.record(text, text), z.tuple([]).transform(() => null)]).nullish();

/** Both dialects: `id`/`title` of the client API, `code`/`name` of the core (contract 2.11). */
export const serviceParameter = z
  .object({
    id: optional,
    code: optional,
    title: optional,
    name: optional,
    type: optional,
    is_required: z.boolean().nullish(),
    is_disabled: z.boolean().nullish(),
    is_hidden: z.boolean().nullish(),
    min_length: smallInteger.nullish(),
    max_length: smallInteger.nullish(),
    pattern: optional,
    pattern_desc: optional,
    pattern_description: optional,
    patterns: z.array(z.object({ pattern: text, description })).nullish(),
    range_start: smallInteger.nullish(),
    range_end: smallInteger.nullish(),
    default_value: optional,
    suggested_values: z.array(text).nullish(),
    items: z.array(z.object({ code: text, value: text })).nullish(),
    value: optional,
  })
  .transform(({ id, code, title, name, ...rest }, ctx) => {
    const key = id ?? code;
    if (key) return { ...rest, id: key, title: title ?? name ?? key, valueForm: id == null };
    ctx.addIssue({ code: 'custom', message: 'expected id or code' });
    return z.NEVER;
  });

export const groupId = idText;
const groupRef = z.object({ id: idText, name: text });

/** Every form of a service (contract 2.1); `min` and `max` are the core's words for the bounds. */
export const service = z.object({
  id: integerText,
  name: text,
  keywords: optional,
  status: optional,
  icon_url: optional,
  limit: optional,
  rate: rate.nullish(),
  verification_required: z.boolean().nullish(),
  minsum: rubles.nullish(),
  maxsum: rubles.nullish(),
  min: rubles.nullish(),
  max: rubles.nullish(),
  parameters: z.array(serviceParameter).nullish(),
  groups: z.array(groupRef).nullish(),
  group: groupRef.nullish(),
  category: groupRef.nullish(),
  geo: z.array(z.array(text)).nullish(),
});

export const group = z.object({
  id: idText,
  name: text,
  keywords: optional,
  group: optional,
  type: optional,
  amount: smallInteger.nullish(),
});
export const groupWithServices = group.extend({ services: z.array(service) });

export const card = z.object({
  id: integerText.nullish(),
  state: text,
  title: optional,
  type: optional,
  payment_page_url: optional,
});

const provider = z.object({ id: integerText, code: text, name: text });
const owner = z.object({ phone: text });

/** Contract 2.1, Payment. */
export const payment = z.object({
  id: integerText,
  client_payment_id: text,
  amount: rubles,
  total: rubles.nullish(),
  created_at: timestamp,
  processed_at: timestamp.nullish(),
  status: text,
  decline_reason: optional,
  type: z.enum(['in', 'out', 'p2p', 'inout']),
  service: z.object({ id: integerText, name: text, is_disabled: z.boolean().nullish() }).nullish(),
  parameters: z.array(serviceParameter).nullish(),
  outbound: provider.nullish(),
  inbound: provider.nullish(),
  card: card.nullish(),
  destination: owner.nullish(),
  message: optional,
  direction: optional,
  wallet: owner.nullish(),
  remote_check: z.union([text, integerText]).nullish(),
  title: optional,
  subtitle: optional,
  description: optional,
});

/** Contract 1.4. */
export const envelope = z.object({
  meta: z.object({
    code: smallInteger,
    error: optional,
    error_message: optional,
    details: z.unknown().optional(),
    urgent_data: orEmptyList(z.object({ amount: rubles.nullish() })).nullish(),
    next_action: optional,
    current_parameters: z.array(currentParameter).nullish(),
    request_time: integerText.nullish(),
    has_next_page: z.boolean().nullish(),
    suggestions: z.array(service).nullish(),
    suggestion_rules: orEmptyList(z.record(text, integerText)).nullish(),
  }),
  data: z.unknown().optional(),
  dev: z.object({ security_code: optional, activation_code: optional, password_reset_code: optional }).nullish(),
});

/** Contract 4.4: the limit and the attempted value. */
export const limitDetails = z.object({ limit: rubles, actual: rubles });

/** Contract 2.1, Wallet. The core leaves `level` out (G-08). */
export const wallet = z.object({
  phone: text,
  amount: rubles,
  level: optional,
  name: optional,
  verified: z.boolean(),
  person_status: text,
  picture_url: optional,
  email: optional,
  email_send_frequency: optional,
  can_use_autopayments: z.boolean().nullish(),
  intercom_user_hash: optional,
  lock_message: optional,
});

export const challenge = z.object({ phone: text, check_digit: optional });

export const person = z.object({
  family_name: text,
  given_name: text,
  patronymic_name: optional,
  birth_date: optional,
  passport_series_number: text,
  passport_issued_at: optional,
  itn: optional,
  ssn: optional,
  status: text,
  changed_at: timestamp.nullish(),
  verified_at: timestamp.nullish(),
});

export const token = z.object({
  access_token: text,
  token_type: optional,
  expires_in: smallInteger,
  scope: optional,
});

/** Contract 2.11, notifications. */
export const paymentNotification = z.object({
  created_at: timestamp,
  payment,
  from: optional,
  to: text,
  type: text,
});
export const cardNotification = card.extend({ id: integerText, wallet: owner.nullish() });

export type WirePayment = z.output<typeof payment>;
export type WireService = z.output<typeof service>;
export type WireParameter = z.output<typeof serviceParameter>;
export type WireCard = z.output<typeof card>;
export type WireMeta = z.output<typeof envelope>['meta'];
export type WireWallet = z.output<typeof wallet>;
export type WireChallenge = z.output<typeof challenge>;
export type WirePerson = z.output<typeof person>;
export type WireGroup = z.output<typeof group>;
