import { invalid } from './errors.ts';
import { Fields } from './fields.ts';
import type { Applicant, Order } from './model.ts';
import type { Settings } from './world.ts';

/** The checks of MW-1 (section 2.1): the tables, and nothing across fields (trap M14). */

const PHONE = /^\d{10,15}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
export const PRODUCT_TYPES = ['airline_tickets'] as const;
const WEB_MODES = ['standalone', 'iframe'] as const;

/** The phone and the e-mail of a shopper. */
export const contactOf = (fields: Fields) => ({
  phone: fields.text('phone', PHONE, 'must be digits with the country code'),
  email: fields.text('email', EMAIL, 'must be an e-mail address'),
});

function checkPassenger(passenger: Fields): void {
  passenger.text('first_name');
  passenger.optional('middle_name', (name) => passenger.anyText(name));
  passenger.text('last_name');
  passenger.oneOf('document_type', ['international_passport', 'local_passport', 'birth_certificate']);
  passenger.text('document_number');
  passenger.day('birth_date');
}

interface Departure {
  at: Date;
  day: string;
}

/** @returns the departure */
function checkFlight(flight: Fields): Departure {
  flight.text('aircraft');
  const departure = flight.moment('departure_dt');
  flight.moment('arrival_dt');
  for (const name of ['book_code', 'orig', 'dest', 'flight_number', 'marketing_ac', 'operating_ac']) flight.text(name);
  return departure;
}

/** Tables 2.1.1 to 2.1.4. @returns the earliest departure's day, or null when there is no flight */
function checkProduct(product: Fields): string | null {
  product.oneOf('cabin_type', ['economy', 'business', 'premium']);
  product.text('validating_airline');
  const departures = product.objects('segments').flatMap((segment) => segment.objects('flights').map(checkFlight));
  for (const passenger of product.objects('passengers')) checkPassenger(passenger);
  departures.sort((one, other) => one.at.getTime() - other.at.getTime());
  return departures[0]?.day ?? null;
}

/** `product` belongs to `product_type`; the documented sample goes without it (trap M4). @returns the earliest departure's day */
function departureOf(fields: Fields, { strict }: Settings): string | null {
  const type = fields.optional('product_type', (name) => fields.oneOf(name, PRODUCT_TYPES));
  if (strict && type !== null && !fields.has('product')) invalid('product', 'is required with product_type');
  if (strict && type === null && fields.has('product')) invalid('product_type', 'is required with product');
  return fields.optional('product', (name) => checkProduct(fields.object(name)));
}

/** Table 2.1.5. */
function localPassport(passport: Fields): Applicant {
  passport.day('issue_date');
  passport.oneOf('sex', ['female', 'male']);
  passport.text('issuing_authority');
  passport.text('authority_code');
  return {
    birthDate: passport.day('birth_date'),
    passport: passport.text('number'),
    lastName: passport.text('last_name'),
    firstName: passport.text('first_name'),
    middleName: passport.text('middle_name'),
  };
}

/** Table 2.1.6. */
function checkAddress(address: Fields): void {
  for (const name of ['city', 'street', 'building', 'postcode']) address.text(name);
  for (const name of ['housing', 'apartment']) address.optional(name, (field) => address.anyText(field));
}

/** Table 2.1.7. */
function checkInternationalPassport(passport: Fields): void {
  for (const name of ['country_code', 'number', 'first_name', 'last_name']) passport.text(name);
  for (const name of ['birth_date', 'expiration_date']) passport.day(name);
}

/** Table 2.1.8. */
function checkMeta(meta: Fields): void {
  for (const name of ['client_orders_count', 'orders_count']) meta.optional(name, (field) => meta.integer(field));
  meta.optional('client_login', (name) => meta.boolean(name));
  for (const name of ['book_code', 'original_provider_order_id']) meta.optional(name, (field) => meta.anyText(field));
}

/**
 * Checks the body of MW-1. A time limit that is over already when the session starts, as in the documented sample, limits
 * nothing.
 * @throws Refusal 422 that names the first wrong field
 */
export function orderOf(sent: Record<string, unknown>, settings: Settings, now: Date): Order {
  const fields = new Fields(sent, settings.strict);
  const contact = contactOf(fields);
  const amount = fields.amount('amount');
  const successUrl = fields.url('success_callback_url');
  const failureUrl = fields.url('failure_callback_url');
  const redirectUrl = fields.url('redirect_url');
  const orderId = fields.text('order_id');
  const webMode = fields.optional('web_mode', (name) => fields.oneOf(name, WEB_MODES)) ?? 'standalone';
  fields.optional('original_provider_order_id', (name) => fields.anyText(name));
  const limit = fields.optional('expires_at', (name) => fields.moment(name).at);
  const departureDay = departureOf(fields, settings);
  const applicant = fields.optional('local_passport', (name) => localPassport(fields.object(name))) ?? {};
  fields.optional('address', (name) => checkAddress(fields.object(name)));
  fields.optional('international_passport', (name) => checkInternationalPassport(fields.object(name)));
  fields.optional('meta', (name) => checkMeta(fields.object(name)));
  fields.optional('calculated_credit_cost', (name) => fields.decimal(name));
  const expiresAt = limit !== null && limit > now ? limit : null;
  const urls = { successUrl, failureUrl, redirectUrl };
  return { orderId, ...contact, amount, ...urls, webMode, expiresAt, departureDay, applicant, sent };
}
