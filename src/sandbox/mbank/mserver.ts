import { unprocessable } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import { mserverForm } from './service-views.ts';
import { operatorOf } from './services.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

/** `mserver.services.search`: by a phone without +7, or by the first digits of a card. */
function search(world: World, { query }: Call): Answer {
  const { type, input = '' } = query;
  if ((type !== 'phone' && type !== 'card') || !/^\d{4,19}$/.test(input)) unprocessable();
  const operator = type === 'phone' ? operatorOf(world, `7${input}`) : undefined;
  const banks = [...world.services.values()].filter(({ groups }) => groups.some(({ id }) => id === 8));
  const found = type === 'phone' ? (operator === undefined ? [] : [operator]) : banks;
  return { meta: { page: { total_elements: found.length } }, data: found.map(mserverForm) };
}

/** A date as BEST gives it: midnight in Moscow, in UTC (section 1.5); empty when unknown. */
function moscowMidnight(date: string | undefined): string {
  return date === undefined ? '' : new Date(`${date}T00:00:00+03:00`).toISOString().replace('Z', '+0000');
}

/** `mserver.wallet.client`: the BEST client of a card and its PIN, or of the wallet's phone. */
function client(call: Call): Answer {
  const wallet = walletOf(call);
  const { card_number: card, pin } = call.query;
  if ((card === undefined) !== (pin === undefined)) unprocessable();
  const { person } = wallet;
  const data = {
    lastname: person?.family_name ?? '',
    firstname: person?.given_name ?? '',
    patronymic: person?.patronymic_name ?? '',
    account: '',
    isresident: 1,
    id_card: card ?? '',
    id_client: 147,
  };
  const address = {
    street: '',
    house: '',
    house_block: '',
    house_building: '',
    flat: '',
    phone: wallet.phone.slice(1),
    email: '',
  };
  const extended = {
    inn: person?.itn ?? '',
    birth_day: moscowMidnight(person?.birth_date),
    birth_place: '',
    migration_card_number: '',
  };
  const passport = person?.passport_series_number ?? '';
  const identification = {
    type: 'Паспорт гражданина Российской Федерации_',
    series: passport.slice(0, 4),
    number: passport.slice(4),
    issuer: '',
    issue_date: moscowMidnight(person?.passport_issued_at),
    dep_code: '',
  };
  const found = person === undefined ? [] : [{ data, address, data_extended: extended, identification }];
  return { meta: { page: { total_elements: found.length } }, data: found };
}

/** What MServer's client API has and the BW layer has not: operations 62 and 63. */
export function mserverOperations(world: World): Operation[] {
  const W = { method: 'GET', auth: 'wallet' } as const;
  return [
    { id: 'mserver.services.search', path: '/services/search', ...W, handle: (call) => search(world, call) },
    { id: 'mserver.wallet.client', path: '/wallet/client', ...W, scope: 'wallet.read', handle: client },
  ];
}

/** The application API (operation 64): payments and services for a bearer of an application token. */
export function applicationOperations(world: World, payments: Operation[], services: Operation[]): Operation[] {
  const served = [
    '/payments',
    '/payments/:id(^\\d+$)',
    '/payments/:id(^\\d+$)/pay',
    '/services',
    '/services/:id(^\\d+$)',
  ];
  const shared = [...payments, ...services].filter(({ path, id }) => served.includes(path) && id !== 'payments.list');
  const searching: Operation = {
    id: 'mserver.application.services.search',
    method: 'GET',
    path: '/services/search',
    auth: 'application',
    handle: (call) => search(world, call),
  };
  const named = (operation: Operation): string =>
    `mserver.application.${typeof operation.id === 'string' ? operation.id : 'payments.create'}`;
  return [
    ...shared.map((operation) => ({ ...operation, id: named(operation), auth: 'application' as const })),
    searching,
  ];
}
