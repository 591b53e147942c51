import type {
  CreditProduct,
  InternationalPassport,
  LocalPassport,
  RegistrationAddress,
  ShopperMeta,
} from '../connectors/credit-sessions.ts';
import { present } from '../lib/assert.ts';
import { builder } from './builder.ts';
import { described } from './described.ts';

const CabinTypeEnum = described('CabinType', 'Where in the aircraft.', {
  ECONOMY: 'Economy.',
  BUSINESS: 'Business.',
  PREMIUM: 'Premium economy.',
});
const PassengerDocumentTypeEnum = described('PassengerDocumentType', 'By which document a passenger flies.', {
  INTERNATIONAL_PASSPORT: 'An international passport.',
  LOCAL_PASSPORT: 'A passport for use in the country.',
  BIRTH_CERTIFICATE: 'A child’s birth certificate.',
});
const SexEnum = described('Sex', 'As it stands in the passport.', { FEMALE: 'Female.', MALE: 'Male.' });

const FlightInput = builder.inputType('FlightInput', {
  description: 'One take-off and landing.',
  fields: (t) => ({
    aircraft: t.string({ required: true, description: 'Its type: "737".' }),
    departsAt: t.field({
      type: 'OffsetDateTime',
      required: true,
      description: 'When it leaves, in the offset of the airport.',
    }),
    arrivesAt: t.field({ type: 'OffsetDateTime', required: true, description: 'When it arrives, likewise.' }),
    bookingClass: t.string({ required: true, description: 'The booking class: "Y".' }),
    origin: t.string({ required: true, description: 'Code of the airport that it leaves: "SVO".' }),
    destination: t.string({ required: true, description: 'Code of the airport that it reaches: "VIE".' }),
    flightNumber: t.string({ required: true, description: 'Its number: "606".' }),
    marketingCarrier: t.string({ required: true, description: 'Code of the carrier that sells it: "SU".' }),
    operatingCarrier: t.string({ required: true, description: 'Code of the carrier that flies it: "SU".' }),
  }),
});
const FlightSegmentInput = builder.inputType('FlightSegmentInput', {
  description: 'One way, with its flights in order.',
  fields: (t) => ({
    flights: t.field({ type: [FlightInput], required: true, description: 'The flights; at least one.' }),
  }),
});
const PassengerInput = builder.inputType('PassengerInput', {
  description: 'Who flies.',
  fields: (t) => ({
    firstName: t.string({ required: true, description: 'First name.' }),
    middleName: t.string({ description: 'Middle name or patronymic.' }),
    lastName: t.string({ required: true, description: 'Last name.' }),
    documentType: t.field({
      type: PassengerDocumentTypeEnum,
      required: true,
      description: 'By which document the passenger flies.',
    }),
    documentNumber: t.string({ required: true, description: 'The number of that document.' }),
    birthDate: t.field({ type: 'Date', required: true, description: 'Date of birth.' }),
  }),
});
const AirlineTicketsInput = builder.inputType('AirlineTicketsInput', {
  description: 'Airline tickets.',
  fields: (t) => ({
    cabin: t.field({ type: CabinTypeEnum, required: true, description: 'Where in the aircraft.' }),
    validatingAirline: t.string({ required: true, description: 'Code of the airline that issues them: "SU".' }),
    segments: t.field({ type: [FlightSegmentInput], required: true, description: 'Each way; at least one.' }),
    passengers: t.field({ type: [PassengerInput], required: true, description: 'Who flies; at least one.' }),
  }),
});
export const CreditProductInput = builder.inputType('CreditProductInput', {
  description: 'What is bought on credit.',
  isOneOf: true,
  fields: (t) => ({
    airlineTickets: t.field({ type: AirlineTicketsInput, description: 'Airline tickets.' }),
  }),
});

export const LocalPassportInput = builder.inputType('LocalPassportInput', {
  description: 'The shopper’s passport. It is sent on and never kept.',
  fields: (t) => ({
    number: t.string({ required: true, description: 'Series and number: ten digits.' }),
    lastName: t.string({ required: true, description: 'Last name.' }),
    firstName: t.string({ required: true, description: 'First name.' }),
    middleName: t.string({ required: true, description: 'Middle name or patronymic.' }),
    sex: t.field({ type: SexEnum, required: true, description: 'As it stands in the passport.' }),
    birthDate: t.field({ type: 'Date', required: true, description: 'Date of birth.' }),
    issuedAt: t.field({ type: 'Date', required: true, description: 'When it was issued.' }),
    issuedBy: t.string({ required: true, description: 'Who issued it.' }),
    issuerCode: t.string({ required: true, description: 'The code of who issued it: "663402".' }),
  }),
});
export const InternationalPassportInput = builder.inputType('InternationalPassportInput', {
  description: 'The shopper’s international passport. It is sent on and never kept.',
  fields: (t) => ({
    country: t.string({ required: true, description: 'ISO 3166-1 code of the country that issued it: "RU".' }),
    number: t.string({ required: true, description: 'Its number.' }),
    firstName: t.string({ required: true, description: 'First name, as in it.' }),
    lastName: t.string({ required: true, description: 'Last name, as in it.' }),
    birthDate: t.field({ type: 'Date', required: true, description: 'Date of birth.' }),
    expiresAt: t.field({ type: 'Date', required: true, description: 'Until when it is valid.' }),
  }),
});
export const AddressInput = builder.inputType('AddressInput', {
  description: 'Where the shopper is registered. It is sent on and never kept.',
  fields: (t) => ({
    city: t.string({ required: true, description: 'City.' }),
    street: t.string({ required: true, description: 'Street.' }),
    building: t.string({ required: true, description: 'House.' }),
    housing: t.string({ description: 'Part of the house.' }),
    apartment: t.string({ description: 'Apartment.' }),
    postcode: t.string({ required: true, description: 'Postal code.' }),
  }),
});
export const CreditMetaInput = builder.inputType('CreditMetaInput', {
  description: 'What the shop knows of the shopper.',
  fields: (t) => ({
    successfulOrders: t.int({ description: 'How many orders of the shopper were successful.' }),
    orders: t.int({ description: 'How many orders the shopper has made.' }),
    loggedIn: t.boolean({ description: 'Is the shopper logged in?' }),
    bookingCode: t.string({ description: 'Booking code.' }),
    providerOrderId: t.string({ description: 'The order’s number in the shop.' }),
  }),
});

/** A product as the port has it. */
export function productOf({ airlineTickets }: typeof CreditProductInput.$inferInput): CreditProduct {
  const { passengers, ...tickets } = present(airlineTickets, 'the only member of a product');
  const people = passengers.map(({ middleName, ...person }) => ({ ...person, middleName: middleName ?? null }));
  return { kind: 'AIRLINE_TICKETS', ...tickets, passengers: people };
}

/** The people and places of an application as the port has them; what was left out is null. */
export function shopperOf(input: {
  passport?: typeof LocalPassportInput.$inferInput | null | undefined;
  address?: typeof AddressInput.$inferInput | null | undefined;
  internationalPassport?: typeof InternationalPassportInput.$inferInput | null | undefined;
  meta?: typeof CreditMetaInput.$inferInput | null | undefined;
}): {
  passport: LocalPassport | null;
  address: RegistrationAddress | null;
  internationalPassport: InternationalPassport | null;
  meta: ShopperMeta | null;
} {
  const { passport = null, address, internationalPassport = null, meta } = input;
  return {
    passport,
    internationalPassport,
    address: address ? { ...address, housing: address.housing ?? null, apartment: address.apartment ?? null } : null,
    meta: meta
      ? {
          successfulOrders: meta.successfulOrders ?? null,
          orders: meta.orders ?? null,
          loggedIn: meta.loggedIn ?? null,
          bookingCode: meta.bookingCode ?? null,
          providerOrderId: meta.providerOrderId ?? null,
        }
      : null,
  };
}
