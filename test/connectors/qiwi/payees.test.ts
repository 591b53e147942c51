import { describe, expect, it, test } from 'vitest';
import type { PayeeDestination, PayerDetails } from '../../../src/connectors/payees.ts';
import type { Script } from '../stub.ts';
import { empty } from './golden.ts';
import { goldenTests, openFor, stub } from './golden-play.ts';

goldenTests();

const resolve = async (to: PayeeDestination, payer: PayerDetails = {}, ...answers: Script[]) => {
  const { connector, call } = openFor('79115221133', 'Bearer YUu2qw048gtdsvlk3iu');
  stub.play(...(answers.length > 0 ? answers : ['RESET' as const]));
  return connector.payouts?.payees?.resolve(call, to, payer);
};

const card = {
  kind: 'CARD' as const,
  number: '4256111122221231',
  bankId: null as string | null,
  country: null as string | null,
  expiryMonth: null as number | null,
  expiryYear: null as number | null,
  holder: null as { firstName: string; middleName: string | null; lastName: string | null } | null,
};
const account = {
  kind: 'BANK_ACCOUNT' as const,
  bic: '044525225',
  account: '40817810099910004312',
  bankId: '870' as string | null,
  accountKind: 'ACCOUNT' as 'ACCOUNT' | 'CONTRACT',
  contractNumber: null as string | null,
  urgent: true,
  holder: { firstName: 'Иван', middleName: 'Иванович' as string | null, lastName: 'Иванов' as string | null },
  purpose: null,
};
const organisation = {
  kind: 'ORGANISATION' as const,
  bic: '044525201',
  account: '40711100000012321',
  bankName: 'Банк',
  city: 'МОСКВА',
  name: 'ООО',
  inn: '7726111111',
  kpp: '772111001',
  vatIncluded: true,
  purpose: 'Оплата',
  urgent: true,
};

describe('A destination that cannot be paid is refused by the field', () => {
  const cases: [what: string, to: PayeeDestination, fields: string[], answers?: Script[]][] = [
    ['a phone of another country', { kind: 'PHONE', phone: '+380501112233' }, ['phone']],
    [
      'a phone of no operator',
      { kind: 'PHONE', phone: '+79270010101' },
      ['phone'],
      [{ status: 200, body: '{"mobileOperatorProviderList":[]}' }],
    ],
    ['a masked card number', { ...card, number: '4256********1231' }, ['number']],
    ['a card that nobody pays to', card, ['number'], [{ status: 200, body: '{"elements":[]}' }]],
    ['a card that the provider does not know', card, ['number'], [empty(400)]],
    ['a card of an unknown bank', { ...card, bankId: '1' }, ['bankId']],
    ['a card of a bank that takes accounts only', { ...card, bankId: '819' }, ['bankId']],
    ['a card without the expiry that its bank wants', { ...card, bankId: '821' }, ['expiryMonth', 'expiryYear']],
    ['a foreign card of another scheme', { ...card, number: '2200111122223333', country: 'DE' }, ['number']],
    [
      'a foreign card of people who are not known',
      { ...card, country: 'DE' },
      ['firstName', 'lastName', 'address', 'city', 'country', 'holder.firstName', 'holder.lastName'],
    ],
    ['an account without its bank', { ...account, bankId: null }, ['bankId']],
    ['an account of a bank that is not listed', { ...account, bankId: '674' }, ['bankId']],
    ['an account with a wrong BIK', { ...account, bic: '12' }, ['bic']],
    [
      'an account without the holder’s names',
      { ...account, holder: { ...account.holder, lastName: null, middleName: null } },
      ['lastName', 'middleName'],
    ],
    ['an account that needs a contract', { ...account, bankId: '313' }, ['contractNumber']],
    [
      'a contract where only accounts are paid',
      { ...account, bankId: '816', accountKind: 'CONTRACT' },
      ['accountKind'],
    ],
    ['a company, by a payer who is not known', organisation, ['firstName', 'middleName', 'lastName']],
    ['a company with a wrong BIK', { ...organisation, bic: 'x' }, ['firstName', 'middleName', 'lastName', 'bic']],
  ];
  test.each(cases)('%s', async (_what, to, fields, answers = []) => {
    const said = await resolve(to, {}, ...answers);
    expect(said).toHaveProperty('issues');
    if (said && 'issues' in said) expect(said.issues.map(({ field }) => field)).toEqual(fields);
    if (answers.length === 0) expect(stub.seen).toEqual([]);
  });

  it('but a provider that does not answer is no reason to refuse', async () => {
    await expect(resolve(card, {}, empty(500))).rejects.toMatchObject({ why: 'SERVER_ERROR' });
    await expect(resolve(card, {}, empty(401))).rejects.toMatchObject({ refusal: { httpStatus: 401 } });
  });
});

describe('What a bank’s service is sent', () => {
  test('a card: the bank’s own type, the expiry where it wants it, the holder where he is known', async () => {
    expect(await resolve({ ...card, bankId: '464', expiryMonth: 6, expiryYear: 2023 })).toEqual({
      serviceReference: '464',
      serviceName: 'Alfa-Bank',
      parameters: { account: card.number, account_type: '1', exp_date: '0623' },
    });
    const holder = { firstName: 'Иван', middleName: 'Иванович', lastName: 'Иванов' };
    expect(await resolve({ ...card, bankId: '870', expiryMonth: 6, expiryYear: 2023, holder })).toEqual({
      serviceReference: '870',
      serviceName: 'Sberbank',
      parameters: { account: card.number, account_type: '5', lname: 'Иванов', fname: 'Иван', mname: 'Иванович' },
    });
  });

  test.each([
    ['870', 'ACCOUNT', '2'],
    ['870', 'CONTRACT', '3'],
    ['816', 'ACCOUNT', '5'],
    ['821', 'ACCOUNT', '9'],
  ] as const)('an account at %s (%s): type %s', async (bankId, accountKind, type) => {
    expect(await resolve({ ...account, bankId, accountKind })).toMatchObject({
      serviceReference: bankId,
      parameters: {
        account: account.account,
        account_type: type,
        urgent: '1',
        mfo: account.bic,
        lname: 'Иванов',
        fname: 'Иван',
        mname: 'Иванович',
      },
    });
  });

  test('an account at Home Credit Bank: its contract, too', async () => {
    const said = await resolve({ ...account, bankId: '313', contractNumber: 'A-1' });
    expect(said).toMatchObject({ parameters: { account_type: '6', agrnum: 'A-1' } });
  });

  test('a company: VAT and urgency in the documents’ words', async () => {
    const said = await resolve(organisation, { firstName: 'Иван', middleName: 'Ильич', lastName: 'Михайлов' });
    expect(said).toMatchObject({
      serviceReference: '1717',
      parameters: { nds: 'В т.ч. НДС', urgent: '1', from_name: 'Иван', from_name_f: 'Михайлов', from_name_p: 'Ильич' },
    });
  });

  test('Mastercard abroad has its own service', async () => {
    const payer = { firstName: 'a', lastName: 'b', address: 'c', city: 'd', country: 'Казахстан' };
    const holder = { firstName: 'e', middleName: null, lastName: 'f' };
    const said = await resolve({ ...card, number: '5100000000000008', country: 'DE', holder }, payer);
    expect(said).toMatchObject({ serviceReference: '21012', parameters: { rec_country: 'Казахстан' } });
  });
});

test('The banks: what each takes and wants', async () => {
  const { connector, call } = openFor('79115221133', 'Bearer YUu2qw048gtdsvlk3iu');
  const banks = (await connector.payouts?.payees?.banks?.(call)) ?? [];
  expect(banks.map(({ id, accepts, requires }) => [id, accepts.join(' '), requires.join(' ')])).toEqual([
    ['313', 'ACCOUNT', 'contractNumber'],
    ['464', 'CARD ACCOUNT CONTRACT', 'expiryMonth expiryYear'],
    ['804', 'CARD ACCOUNT CONTRACT', ''],
    ['810', 'CARD ACCOUNT CONTRACT', ''],
    ['815', 'CARD ACCOUNT CONTRACT', ''],
    ['816', 'CARD ACCOUNT', ''],
    ['819', 'ACCOUNT CONTRACT', ''],
    ['821', 'CARD ACCOUNT', 'expiryMonth expiryYear'],
    ['868', 'ACCOUNT CONTRACT', ''],
    ['870', 'CARD ACCOUNT CONTRACT', ''],
    ['881', 'CARD ACCOUNT CONTRACT', ''],
    ['1134', 'CARD ACCOUNT CONTRACT', ''],
    ['27324', 'ACCOUNT CONTRACT', ''],
  ]);
});
