import type { CustomerOrder, CustomerPerson, Customers, ProviderCustomer } from '../customers.ts';
import { jsonNumber } from '../json.ts';
import type { NotificationPeriod } from '../values.ts';
import { channels, identificationTypes, wordFor } from './status.ts';
import type { WireClientInfo, WireData } from './wire.ts';

const periods: readonly string[] = ['INSTANT', 'DAY', 'WEEK', 'MONTH'] satisfies NotificationPeriod[];

/** Contract 2.3: without any of these a client is created unidentified; `non_resident` may be left out. By which of our fields. */
const complete = {
  email: 'email',
  phone: 'phone',
  first_name: 'firstName',
  last_name: 'lastName',
  third_name: 'middleName',
  passport_series: 'passport',
  passport_number: 'passport',
  birth_date: 'birthDate',
  passport_issued_date: 'passportIssuedAt',
  passport_issued_by: 'passportIssuedBy',
  registration_address: 'address',
  additional_document_type: 'inn',
  additional_document_number: 'inn',
} as const satisfies Record<string, keyof CustomerPerson>;

const NEEDED = 'is needed: without it the client is kept as not identified, for good.';
const needed: Partial<Record<keyof CustomerPerson, string>> = {
  passport: `${NEEDED} Series and number, with a space between them.`,
  inn: `${NEEDED} SNILS or OMS does as well.`,
};

/** Which of our fields are missing for the level that the order claims, and what would be right. */
export function lacks({ level, person }: Pick<CustomerOrder, 'level' | 'person'>): ReturnType<Customers['lacks']> {
  if (level === 'NONE') return [];
  const data = personOut(person ?? {});
  const missing = Object.entries(complete).flatMap(([name, field]) => (data[name] === undefined ? [field] : []));
  return [...new Set(missing)].map((field) => ({ field, message: needed[field] ?? NEEDED }));
}

/** The body of `clients.create`. A level without a whole person is not claimed: the client is made unidentified. */
export function orderOut({ userId, level, notifications, person }: CustomerOrder): Record<string, unknown> {
  const data = person ? personOut(person) : null;
  const identified = level !== 'NONE' && data !== null && lacks({ level, person }).length === 0;
  return {
    userId: jsonNumber(userId),
    authorized: identified,
    notifyType: channels[notifications.channel],
    notifyPeriod: notifications.period,
    data: data ? { ...data, identification_type: identificationTypes[identified ? level : 'NONE'] } : undefined,
  };
}

/** Undefined fields are left out of the JSON. */
function personOut(person: CustomerPerson): Record<string, string | boolean | undefined> {
  const [series, number] = passportParts(person.passport);
  const [type, documentNumber] = additionalDocument(person);
  return {
    email: person.email,
    // bare digits in every example
    phone: person.phone?.replace(/^\+/, ''),
    first_name: person.firstName,
    last_name: person.lastName,
    third_name: person.middleName,
    passport_series: series,
    passport_number: number,
    birth_date: person.birthDate,
    passport_issued_date: person.passportIssuedAt,
    passport_issued_by: person.passportIssuedBy,
    registration_address: person.address,
    additional_document_type: type,
    additional_document_number: documentNumber,
    non_resident: person.nonResident,
  };
}

/** Series and number: four and six digits however they are grouped, else what stands before and after the last space. */
function passportParts(passport: string | undefined): [series?: string, number?: string] {
  if (passport === undefined) return [];
  const digits = /^(\d{4})(\d{6})$/.exec(passport.replace(/\s/g, ''));
  const parts = digits ?? /^(.*\S)\s+(\S+)$/.exec(passport.trim());
  return parts?.[1] && parts[2] ? [parts[1], parts[2]] : [undefined, passport];
}

const documents = { INN: 'inn', SNILS: 'snils', OMS: 'oms' } as const;

/** The first of them that is given: the provider takes one. */
function additionalDocument(person: CustomerPerson): [type?: string, number?: string] {
  for (const [type, name] of Object.entries(documents)) {
    const number = person[name];
    if (number !== undefined) return [type, number];
  }
  return [];
}

/** A client as the provider keeps it; one that is not authorized is not identified, whatever its data say (contract 2.3). */
export function mapClient(userId: string, info: WireClientInfo): ProviderCustomer {
  const { authorized, data, notify_type, notify_period, creation_date, last_notify_date } = info;
  const type = data?.identification_type ?? null;
  const channel = wordFor(channels, notify_type);
  const period = periods.includes(notify_period) ? (notify_period as NotificationPeriod) : null;
  return {
    userId,
    level: authorized ? (type === null ? null : wordFor(identificationTypes, type)) : 'NONE',
    providerLevel: type,
    person: data ? personIn(data) : null,
    notifications: channel && period ? { channel, period } : null,
    createdAt: creation_date ?? null,
    lastNotifiedAt: last_notify_date ?? null,
  };
}

function personIn(data: WireData): CustomerPerson {
  const document = documents[data.additional_document_type as keyof typeof documents];
  const passport = [data.passport_series, data.passport_number].filter(Boolean).join(' ');
  const person: CustomerPerson = {
    firstName: data.first_name ?? undefined,
    middleName: data.third_name ?? undefined,
    lastName: data.last_name ?? undefined,
    birthDate: data.birth_date ?? undefined,
    phone: data.phone ? phoneIn(data.phone) : undefined,
    email: data.email ?? undefined,
    passport: passport || undefined,
    passportIssuedAt: data.passport_issued_date ?? undefined,
    passportIssuedBy: data.passport_issued_by ?? undefined,
    address: data.registration_address ?? undefined,
    nonResident: data.non_resident ?? undefined,
    ...(document ? { [document]: data.additional_document_number ?? undefined } : {}),
  };
  return Object.fromEntries(Object.entries(person).filter(([, value]) => value !== undefined));
}

/** The plus that was taken off; what is too short or too long for a phone is left as it is. */
const phoneIn = (phone: string): string => (/^\d{11,15}$/.test(phone) ? `+${phone}` : phone);
