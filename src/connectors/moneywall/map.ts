import type {
  CreditOrder,
  CreditPrecheck,
  CreditProduct,
  Flight,
  InternationalPassport,
  IssuedTickets,
  LocalPassport,
  RegistrationAddress,
  ShopperMeta,
} from '../credit-sessions.ts';
import type { Part } from '../multipart.ts';
import { receiptType } from './check.ts';
import { amountOut } from './money.ts';
import { moscowOffsetTime, offsetTime } from './time.ts';
import { callbackUrl } from './webhook.ts';

/** Bodies of requests, from orders that were checked. Undefined fields are left out of the JSON. */

/** The one kind of product that the contract knows. */
const PRODUCT_TYPE = 'airline_tickets';

/** Our words are the documents' own in capitals. */
const word = (ours: string): string => ours.toLowerCase();

/** Digits with the country's code, without a plus. */
const phoneOut = (phone: string): string => phone.replace(/^\+/, '');

/** MW-1. */
export function orderOut(order: CreditOrder): Record<string, unknown> {
  const { amount, creditCost, callback, orderId, expiresAt, passport, address, internationalPassport, meta } = order;
  return {
    phone: phoneOut(order.phone),
    email: order.email,
    amount: amountOut(amount),
    calculated_credit_cost: creditCost ? amountOut(creditCost) : undefined,
    success_callback_url: callbackUrl(callback, orderId, 'APPROVED'),
    failure_callback_url: callbackUrl(callback, orderId, 'REFUSED'),
    redirect_url: order.returnUrl,
    order_id: orderId,
    web_mode: word(order.mode),
    original_provider_order_id: order.providerOrderId ?? undefined,
    expires_at: expiresAt ? moscowOffsetTime(expiresAt) : undefined,
    ...productOut(order.product),
    local_passport: passport ? passportOut(passport) : undefined,
    address: address ? addressOut(address) : undefined,
    international_passport: internationalPassport ? internationalOut(internationalPassport) : undefined,
    meta: meta ? metaOut(meta) : undefined,
  };
}

/** Both fields or neither (trap M4). */
function productOut(product: CreditProduct | null): Record<string, unknown> {
  if (!product) return {};
  const { cabin, validatingAirline, segments, passengers } = product;
  return {
    product_type: PRODUCT_TYPE,
    product: {
      cabin_type: word(cabin),
      validating_airline: validatingAirline,
      segments: segments.map(({ flights }) => ({ flights: flights.map(flightOut) })),
      passengers: passengers.map((passenger) => ({
        first_name: passenger.firstName,
        middle_name: passenger.middleName ?? undefined,
        last_name: passenger.lastName,
        document_type: word(passenger.documentType),
        document_number: passenger.documentNumber,
        birth_date: passenger.birthDate,
      })),
    },
  };
}

const flightOut = (flight: Flight) => ({
  aircraft: flight.aircraft,
  departure_dt: offsetTime(flight.departsAt),
  arrival_dt: offsetTime(flight.arrivesAt),
  book_code: flight.bookingClass,
  orig: flight.origin,
  dest: flight.destination,
  flight_number: flight.flightNumber,
  marketing_ac: flight.marketingCarrier,
  operating_ac: flight.operatingCarrier,
});

const passportOut = (passport: LocalPassport) => ({
  birth_date: passport.birthDate,
  issue_date: passport.issuedAt,
  number: passport.number,
  last_name: passport.lastName,
  first_name: passport.firstName,
  middle_name: passport.middleName,
  sex: word(passport.sex),
  issuing_authority: passport.issuedBy,
  authority_code: passport.issuerCode,
});

const addressOut = ({ city, street, building, housing, apartment, postcode }: RegistrationAddress) => ({
  city,
  street,
  building,
  housing: housing ?? undefined,
  apartment: apartment ?? undefined,
  postcode,
});

const internationalOut = (passport: InternationalPassport) => ({
  country_code: passport.country,
  birth_date: passport.birthDate,
  expiration_date: passport.expiresAt,
  number: passport.number,
  first_name: passport.firstName,
  last_name: passport.lastName,
});

const metaOut = (meta: ShopperMeta) => ({
  client_orders_count: meta.successfulOrders ?? undefined,
  client_login: meta.loggedIn ?? undefined,
  orders_count: meta.orders ?? undefined,
  book_code: meta.bookingCode ?? undefined,
  original_provider_order_id: meta.providerOrderId ?? undefined,
});

/** MW-2: pairs of number and receipt in order, never with an index (trap M12). */
export function ticketsOut({ orderId, tickets, transactionLetter }: IssuedTickets): Part[] {
  const item = (name: string) => `product[product_items][][${name}]`;
  return [
    { name: 'order_id', content: orderId },
    ...(transactionLetter ? [file('transaction_letter', transactionLetter)] : []),
    { name: 'product[product_type]', content: PRODUCT_TYPE },
    ...tickets.flatMap(({ number, receipt }): Part[] => [
      { name: item('ticket_number'), content: number },
      file(item('ticket_receipt'), receipt),
    ]),
  ];
}

const file = (name: string, source: IssuedTickets['tickets'][number]['receipt']): Part => ({
  name,
  content: source,
  filename: source.name,
  contentType: receiptType(source.name) ?? 'application/octet-stream',
});

/** A.2, pre-check. */
export const precheckOut = ({ phone, email, amount, registeredOn, ordersCompleted, product }: CreditPrecheck) => ({
  phone: phoneOut(phone),
  email,
  amount: amountOut(amount),
  registration_date: registeredOn,
  orders_completed: ordersCompleted,
  ...productOut(product),
});
