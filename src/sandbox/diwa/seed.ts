import type { Client, PersonData } from './model.ts';
import type { World } from './world.ts';

/** The storefront's API token, as the golden examples have it. */
export const TOKEN = 'YOUR-API-TOKEN';

/** The data of example D-3. */
const documented: PersonData = {
  email: 'test@test.com',
  phone: '123123',
  first_name: 'test',
  last_name: 'test',
  third_name: 'test',
  passport_series: 'test',
  passport_number: 'test',
  birth_date: '1999-01-01',
  passport_issued_date: '1999-01-01',
  passport_issued_by: 'test',
  registration_address: 'test',
  additional_document_type: 'INN',
  additional_document_number: 'test',
  identification_type: '2',
  non_resident: false,
};

/** Clients that are there from the start: one identified, one not. */
const rows: Omit<Client, 'id' | 'lastNotifiedAt'>[] = [
  {
    userId: 9001,
    authorized: true,
    notifyType: 'M',
    notifyPeriod: 'MONTH',
    data: documented,
    createdAt: new Date('2018-01-02T03:04:05+03:00'),
  },
  {
    userId: 9002,
    authorized: false,
    notifyType: 'N',
    notifyPeriod: 'DAY',
    data: null,
    createdAt: new Date('2018-01-03T00:00:00+03:00'),
  },
];

/** Fills an empty world: the token and the clients. */
export function seedWorld(world: World): void {
  world.tokens.add(TOKEN);
  for (const row of rows) world.add(row);
}
