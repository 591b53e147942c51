import { describe, expect, it } from 'vitest';
import { Bench, me, type Reply } from './support.ts';

/** Section 2.3: identification and the way back, section 3.4; PAY-3. */

const bench = new Bench();
const simple = { wallet: '79111234567', token: '68944212761e25f6fce457661cabba6c' };
const full = { wallet: '78000008024', token: 'f80f0875d8e45af7bdd244c7df3f1a3f' };
const pathOf = (wallet: string) => `/identification/v1/persons/${wallet}/identification`;
const golden = {
  birthDate: '1998-02-11',
  firstName: 'Иван',
  inn: '',
  lastName: 'Иванов',
  middleName: 'Иванович',
  oms: '',
  passport: '4400111222',
  snils: '',
};

const identify = (body: unknown, { wallet, token } = simple) => bench.post(pathOf(wallet), body, { token });
const read = ({ wallet, token } = simple) => bench.get(pathOf(wallet), { token });

async function profileLevel({ token }: { token: string }): Promise<string> {
  const { json } = await bench.get('/person-profile/v1/profile/current', { token });
  return json.contractInfo.identificationInfo[0].identificationLevel;
}

describe('IDN-1', () => {
  it('lifts the wallet when the data pass, unmasked and with the number that was found', async () => {
    const { status, json } = await identify(golden);
    expect(status).toBe(200);
    expect(json).toEqual({ ...golden, id: 79111234567, type: 'VERIFIED', inn: '774400111222' });
    expect(await profileLevel(simple)).toBe('VERIFIED');
  });

  it('keeps the numbers that were sent', async () => {
    const sent = { ...golden, inn: '7710000001', snils: '11122233344', oms: '1234567890123456' };
    expect((await identify(sent)).json).toEqual({ ...sent, id: 79111234567, type: 'VERIFIED' });
  });

  it('answers 200 with the minimal level when the data fail, and changes nothing', async () => {
    bench.act('person.check', { result: 'fail' });
    const { status, json } = await identify(golden);
    expect([status, json.type, json.inn]).toEqual([200, 'SIMPLE', '']);
    expect((await read()).json).toMatchObject({ type: 'SIMPLE', passport: '', firstName: '' });
    expect(await profileLevel(simple)).toBe('SIMPLE');
  });

  it('has no word for an anonymous wallet but SIMPLE', async () => {
    bench.act('person.identification', { wallet: simple.wallet, level: 'ANONYMOUS' });
    expect((await read()).json.type).toBe('SIMPLE');
    expect(await profileLevel(simple)).toBe('ANONYMOUS');
    expect((await identify(golden)).json.type).toBe('VERIFIED');
  });

  it('keeps the level and the data of a wallet that is identified', async () => {
    await identify(golden);
    const { json } = await identify({ ...golden, passport: '4400999999' });
    expect([json.type, json.passport]).toEqual(['VERIFIED', '4400111222']);
    expect((await identify(golden, full)).json.type).toBe('FULL');
  });

  it('identifies at most five wallets of one owner', async () => {
    const { inn, snils, oms, ...person } = golden;
    for (const last of [1, 2, 3, 4, 5]) {
      const wallet = `7999111000${last}`;
      bench.act('wallet.create', { wallet });
      bench.act('person.identification', { wallet, level: 'VERIFIED', person });
    }
    expect((await identify(golden)).json.type).toBe('SIMPLE');
    expect(await profileLevel(simple)).toBe('SIMPLE');
    expect((await identify({ ...golden, passport: '4400111223' })).json.type).toBe('VERIFIED');
  });

  it.each([
    ['no birth date', { birthDate: undefined }],
    ['a birth date of another form', { birthDate: '11.02.1998' }],
    ['a birth date that is none', { birthDate: '1998-02-31' }],
    ['no family name', { lastName: '' }],
    ['no given name', { firstName: undefined }],
    ['no patronymic', { middleName: undefined }],
    ['a passport with a space', { passport: '4400 111222' }],
    ['a passport that is a number', { passport: 4400111222 }],
    ['a taxpayer number that is a number', { inn: 7710000001 }],
  ])('refuses %s with 400, and nothing changes', async (_, change) => {
    const { status, json } = await identify({ ...golden, ...change });
    expect(status).toBe(400);
    expect(json).toMatchObject({ serviceName: 'identification', errorCode: 'http.message.conversion.failed' });
    expect(await profileLevel(simple)).toBe('SIMPLE');
  });
});

describe('IDN-2', () => {
  it('masks the numbers to their first and last two digits, and nothing else', async () => {
    await identify({ ...golden, inn: '7710000001', passport: '4300111211' });
    expect((await read()).json).toEqual({
      ...golden,
      id: 79111234567,
      type: 'VERIFIED',
      inn: '77***01',
      passport: '43***11',
    });
  });

  it('leaves null as it is', async () => {
    const { inn, snils, oms, ...person } = golden;
    bench.act('person.identification', { wallet: simple.wallet, person });
    expect((await read()).json).toMatchObject({ inn: null, snils: null, oms: null, passport: '44***22' });
  });

  it.each([
    ['an unknown wallet', '79000000000', 404],
    ['a wallet of another token', me.wallet, 403],
  ])('%s', async (_, wallet, status) => expect((await read({ ...simple, wallet })).status).toBe(status));

  it('needs the right to read the profile', async () => {
    bench.act('token.issue', { ...simple, scopes: ['balance', 'history', 'payments', 'cards'] });
    expect((await read()).status).toBe(403);
  });
});

describe('IDN-3 to IDN-5', () => {
  const operations = (wallet: string) =>
    `/qw-ident-downgrade-api/v1/persons/${wallet}/identification-downgrade/operations`;
  const create = ({ wallet, token } = full, body: unknown = { identificationLevel: 'VERIFIED' }) =>
    bench.post(operations(wallet), body, { token });
  const confirm = (id: string, { wallet, token } = full, body: unknown = {}) =>
    bench.call('PUT', `${operations(wallet)}/${id}/confirm`, { token, body });
  const status = (id: string, { wallet, token } = full) => bench.get(`${operations(wallet)}/${id}`, { token });
  const started = async (of = full): Promise<string> => (await create(of)).json.downgradeOperationId;
  const told = ({ json }: Reply) => json.downgradeOperation.status.type;

  it('go from professional to main identification', async () => {
    const created = await create();
    expect(created.status).toBe(200);
    expect(created.json).toEqual({ downgradeOperationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const id = created.json.downgradeOperationId;
    expect((await confirm(id)).json).toEqual({
      downgradeOperation: { downgradeOperationId: id, status: { type: 'IN_PROGRESS' } },
    });
    expect((await status(id)).json).toEqual({
      downgradeOperation: { downgradeOperationId: id, status: { type: 'SUCCESS' } },
    });
    expect(await profileLevel(full)).toBe('VERIFIED');
    expect(told(await confirm(id))).toBe('SUCCESS');
  });

  it('nothing happens before the confirmation', async () => {
    const id = await started();
    expect(told(await status(id))).toBe('IN_PROGRESS');
    expect(() => bench.act('downgrade.settle', { id })).toThrow(/not confirmed/);
    expect(await profileLevel(full)).toBe('FULL');
  });

  it.each(['SUCCESS', 'FAIL'] as const)('may take its time, and end with %s', async (result) => {
    bench.act('settings', { execution: 'pending' });
    const id = await started();
    await confirm(id);
    expect(told(await status(id))).toBe('IN_PROGRESS');
    expect(bench.act('downgrade.settle', { id, result })).toEqual({ status: result });
    expect(told(await status(id))).toBe(result);
    expect(await profileLevel(full)).toBe(result === 'SUCCESS' ? 'VERIFIED' : 'FULL');
  });

  it('fail for a wallet that is not professional', async () => {
    const id = await started(simple);
    await confirm(id, simple);
    expect(told(await status(id, simple))).toBe('FAIL');
    expect(await profileLevel(simple)).toBe('SIMPLE');
  });

  it('refuse another level, another body, an unknown or foreign operation', async () => {
    expect((await create(full, { identificationLevel: 'SIMPLE' })).status).toBe(400);
    expect((await create(full, {})).status).toBe(400);
    const id = await started();
    expect((await confirm(id, full, { sure: true })).status).toBe(400);
    expect((await confirm('1747ea28-1082-41bc-bde4-72994b3ffeb4')).status).toBe(404);
    expect((await status(id, simple)).status).toBe(404);
    expect((await confirm(id, { ...full, wallet: me.wallet })).status).toBe(403);
    expect(await profileLevel(full)).toBe('FULL');
  });
});

describe('PAY-3', () => {
  const nickname = () => bench.get(`/qw-nicknames/v1/persons/${me.wallet}/nickname`);

  it('shows the nickname and what may be done with it', async () => {
    expect((await nickname()).json).toEqual({
      canChange: true,
      canUse: true,
      description: '',
      nickname: 'WALLET1133',
    });
    bench.act('nickname', { wallet: me.wallet, nickname: 'NICKNAME', canChange: false });
    expect((await nickname()).json).toMatchObject({ canChange: false, canUse: true, nickname: 'NICKNAME' });
  });

  it('refuses an unknown wallet, and a token without the right to pay', async () => {
    expect((await bench.get('/qw-nicknames/v1/persons/79000000000/nickname')).status).toBe(404);
    bench.act('token.issue', { wallet: me.wallet, token: me.token, scopes: ['profile'] });
    expect((await nickname()).status).toBe(403);
  });
});
