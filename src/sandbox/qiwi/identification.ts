import { ownWallet } from './auth.ts';
import { malformed } from './errors.ts';
import { type Operation, optionalText, text } from './http.ts';
import type { Person, Wallet } from './model.ts';
import type { World } from './world.ts';

const PATH = '/identification/v1/persons/:wallet/identification';
const scopes = ['profile'] as const;
/** IDN-1: wallets that one owner may identify. */
const WALLETS_PER_OWNER = 5;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function birthDate(body: Record<string, unknown>): string {
  const value = text(body, 'birthDate');
  const day = new Date(`${value}T00:00:00Z`);
  const real = DATE.test(value) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
  return real ? value : malformed('birthDate must be a date, YYYY-MM-DD');
}

function passport(body: Record<string, unknown>): string {
  const value = text(body, 'passport');
  return /^\d+$/.test(value) ? value : malformed('passport must be the series and number, digits only');
}

/** A number that its owner may not know: null in an answer counts as not sent (trap T14). */
const number = (body: Record<string, unknown>, name: string): string =>
  body[name] === null ? '' : (optionalText(body, name) ?? '');

function personOf(body: Record<string, unknown>): Person {
  return {
    birthDate: birthDate(body),
    firstName: text(body, 'firstName'),
    middleName: text(body, 'middleName'),
    lastName: text(body, 'lastName'),
    passport: passport(body),
    inn: number(body, 'inn'),
    snils: number(body, 'snils'),
    oms: number(body, 'oms'),
  };
}

const identified = ({ identification: { level } }: Wallet): boolean => level === 'VERIFIED' || level === 'FULL';

function walletsOf(world: World, person: Person): number {
  return [...world.wallets.values()].filter(
    (wallet) => identified(wallet) && wallet.identification.person?.passport === person.passport,
  ).length;
}

/** The check finds the taxpayer number of a person who did not give it: returned unasked, it means "done" (IDN-1). */
const foundInn = ({ inn, passport: digits }: Person): string =>
  inn === null || inn === '' ? `77${digits.slice(-10).padStart(10, '0')}` : inn;

/**
 * Section 3.3: data that pass lift a wallet to VERIFIED; data that fail, or of a person with five wallets already, change nothing.
 * A wallet that is identified keeps its level and the data on file, whatever is sent.
 * @returns the data that the answer shows
 */
function identify(world: World, wallet: Wallet, person: Person): Person {
  const { identification } = wallet;
  if (identified(wallet)) {
    identification.person ??= { ...person, inn: foundInn(person) };
    return identification.person;
  }
  const result = world.nextChecks.shift() ?? 'pass';
  if (result === 'fail' || walletsOf(world, person) >= WALLETS_PER_OWNER) return person;
  identification.level = 'VERIFIED';
  identification.person = { ...person, inn: foundInn(person) };
  return identification.person;
}

/** `77***01`; an empty value stays empty (IDN-2). */
const masked = (value: string | null): string | null =>
  value === null || value === '' ? value : `${value.slice(0, 2)}***${value.slice(-2)}`;

/** This API has no ANONYMOUS: SIMPLE is its word for "no identification" too (trap T13). */
function view({ personId, identification: { level } }: Wallet, person: Person) {
  return { id: Number(personId), type: level === 'ANONYMOUS' ? 'SIMPLE' : level, ...person };
}

const NOBODY: Person = {
  birthDate: '',
  firstName: '',
  middleName: '',
  lastName: '',
  passport: '',
  inn: '',
  snils: '',
  oms: '',
};

/** IDN-1 and IDN-2 (section 2.3): the outcome is told by `type`, never by the status. */
export function identificationOperations(world: World): Operation[] {
  return [
    {
      id: 'IDN-1',
      method: 'POST',
      path: PATH,
      auth: 'token',
      scopes,
      body: true,
      handle({ params, body, caller }) {
        const wallet = ownWallet(world, caller, params['wallet']);
        const person = identify(world, wallet, personOf(body));
        return { json: view(wallet, person) };
      },
    },
    {
      id: 'IDN-2',
      method: 'GET',
      path: PATH,
      auth: 'token',
      scopes,
      handle({ params, caller }) {
        const wallet = ownWallet(world, caller, params['wallet']);
        const person = wallet.identification.person ?? NOBODY;
        const { passport: digits, inn, snils, oms } = person;
        const hidden = { passport: masked(digits) ?? '', inn: masked(inn), snils: masked(snils), oms: masked(oms) };
        return { json: view(wallet, { ...person, ...hidden }) };
      },
    },
  ];
}
