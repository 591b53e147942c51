import type { PersonData } from '../domain/customer/person.ts';
import { builder } from './builder.ts';

/** Keeps the first letter: enough to tell people apart, too little to know them. */
export const maskText = (text: string | undefined) => (text ? `${text.slice(0, 1)}•••` : undefined);
/** A document number keeps its last two characters. */
const maskNumber = (text: string | undefined) => (text ? `•••${text.slice(-2)}` : undefined);

/** +7926•••1111; of a number shorter than eleven digits less is kept, so that at least three are always hidden. */
export const maskPhone = (phone: string): string =>
  phone.length < 12 ? `${phone.slice(0, 3)}•••${phone.slice(-2)}` : `${phone.slice(0, 5)}•••${phone.slice(-4)}`;

/** Words that people or providers wrote, with the numbers in them (phones, accounts, cards) cut to their ends. */
export const maskNumbers = (text: string): string => text.replace(/\+?\d{7,}/g, (number) => `•••${number.slice(-2)}`);

/** i•••@e•••.com */
export const maskEmail = (email: string | undefined) => email?.replace(/^(.).*(@.).*(\.[^.]+)$/, '$1•••$2•••$3');

/** A person as somebody without PERSONAL_DATA_READ sees them. */
export function maskPerson(person: PersonData): PersonData {
  return {
    firstName: person.firstName,
    middleName: maskText(person.middleName),
    lastName: maskText(person.lastName),
    phone: person.phone ? maskPhone(person.phone) : undefined,
    email: maskEmail(person.email),
    passport: maskNumber(person.passport),
    inn: maskNumber(person.inn),
    snils: maskNumber(person.snils),
    oms: maskNumber(person.oms),
    address: maskText(person.address),
    nonResident: person.nonResident,
    birthPlace: maskText(person.birthPlace),
    documentType: person.documentType,
    country: person.country,
  };
}

export const PersonRef = builder.objectRef<PersonData>('Person').implement({
  description: 'What is known of a person. Masked unless the caller has PERSONAL_DATA_READ; masked dates are null.',
  fields: (t) => ({
    firstName: t.exposeString('firstName', { nullable: true, description: 'First name.' }),
    middleName: t.exposeString('middleName', { nullable: true, description: 'Middle name or patronymic.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Last name.' }),
    birthDate: t.expose('birthDate', { type: 'Date', nullable: true, description: 'Date of birth.' }),
    phone: t.expose('phone', { type: 'PhoneNumber', nullable: true, description: 'Phone number.' }),
    email: t.expose('email', { type: 'EmailAddress', nullable: true, description: 'E-mail address.' }),
    passport: t.exposeString('passport', { nullable: true, description: 'Series and number of the passport.' }),
    passportIssuedAt: t.expose('passportIssuedAt', {
      type: 'Date',
      nullable: true,
      description: 'When the passport was issued.',
    }),
    passportIssuedBy: t.exposeString('passportIssuedBy', { nullable: true, description: 'Who issued the passport.' }),
    inn: t.exposeString('inn', { nullable: true, description: 'Taxpayer number.' }),
    snils: t.exposeString('snils', { nullable: true, description: 'Pension insurance number.' }),
    oms: t.exposeString('oms', { nullable: true, description: 'Medical insurance number.' }),
    address: t.exposeString('address', { nullable: true, description: 'Postal address.' }),
    nonResident: t.exposeBoolean('nonResident', { nullable: true, description: 'Not a tax resident.' }),
    birthPlace: t.exposeString('birthPlace', {
      nullable: true,
      description: 'Place of birth, where a provider has it on file.',
    }),
    documentType: t.exposeString('documentType', {
      nullable: true,
      description: 'What document it is that proves who they are, in the provider’s words.',
    }),
    passportIssuerCode: t.exposeString('passportIssuerCode', {
      nullable: true,
      description: 'The code of who issued the document; null where it is masked.',
    }),
    country: t.exposeString('country', { nullable: true, description: 'Country, as the provider writes it.' }),
  }),
});

export const PersonInputRef = builder.inputType('PersonInput', {
  description: 'What is known of a person. Kept encrypted.',
  fields: (t) => ({
    firstName: t.string({ description: 'First name.' }),
    middleName: t.string({ description: 'Middle name or patronymic.' }),
    lastName: t.string({ description: 'Last name.' }),
    birthDate: t.field({ type: 'Date', description: 'Date of birth.' }),
    phone: t.field({ type: 'PhoneNumber', description: 'Phone number.' }),
    email: t.field({ type: 'EmailAddress', description: 'E-mail address.' }),
    passport: t.string({ description: 'Series and number of the passport.' }),
    passportIssuedAt: t.field({ type: 'Date', description: 'When the passport was issued.' }),
    passportIssuedBy: t.string({ description: 'Who issued the passport.' }),
    inn: t.string({ description: 'Taxpayer number: 10 or 12 digits.' }),
    snils: t.string({ description: 'Pension insurance number: 11 digits.' }),
    oms: t.string({ description: 'Medical insurance number: 16 digits.' }),
    address: t.string({ description: 'Postal address.' }),
    nonResident: t.boolean({ description: 'Not a tax resident.' }),
  }),
});
