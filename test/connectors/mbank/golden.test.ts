import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import { parseJson, stringifyJson } from '../../../src/connectors/json.ts';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { type Bench, openBench } from '../kit.ts';
import { type SeenRequest, type Stub, startStub } from '../stub.ts';
import { answerOf, golden, rub } from './golden.ts';

/**
 * Every golden example of the contract (section 5): what we send is the documented request, to the header and the
 * field; what we read is the documented answer, to the last unified value.
 */

let stub: Stub;
let bench: Bench;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

const usual = 'Basic Kzc5MjYxMTExMTExOnBAc3N3MHJE';
const wallets: Record<string, { phone: string; password?: string; accessToken?: string }> = {
  'Basic Kzc5MjYxMTExMTExOnBAc3N3MHJE': { phone: '+79261111111', password: 'p@ssw0rD' },
  'Basic Kzc5MjYxMTExMTExOnBhc3N3b3Jk': { phone: '+79261111111', password: 'password' },
  'Basic KzEyMzQ1Njc1NTc4OnBhc3N3b3Jk': { phone: '+12345675578', password: 'password' },
  'Bearer b48a991e-e010-4329-9817-f8389a774c45': {
    phone: '+79261111111',
    accessToken: 'b48a991e-e010-4329-9817-f8389a774c45',
  },
};

/** Plays an example and answers what the connector made of it, having compared the request. */
async function play(
  id: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  options: { replace?: [string, string][]; before?: string; settings?: Record<string, string> } = {},
): Promise<unknown> {
  const example = golden(id);
  // an answer without its request was asked for with the usual credentials
  const authorization = example.request ? (example.request.headers['authorization'] ?? '') : usual;
  const wallet = wallets[authorization];
  bench = openBench({
    definition: mbank,
    settings: {
      baseUrl: stub.url,
      mserverUrl: `${stub.url}/mserver2-dev`,
      clientId: 'mbank_storefront',
      clientSecret: 'oklol',
      webhookClientId: 'mserver',
      webhookClientToken: 'token',
      ...options.settings,
    },
    wallet: wallet
      ? {
          number: wallet.phone,
          credentials: {
            ...(wallet.password ? { password: wallet.password } : {}),
            ...(wallet.accessToken ? { accessToken: wallet.accessToken } : {}),
          },
        }
      : null,
  });
  const answer = answerOf(id, ...(options.replace ?? []));
  stub.play(...(options.before ? [answerOf(options.before), answer] : [answer]));
  const result = await run(bench.connector, bench.call);
  const request = stub.seen[options.before ? 1 : 0];
  if (example.request) expect(sent(request, example.request.headers)).toEqual(documented(id));
  return result;
}

/** The parts of a request that an example states. */
function documented(id: string) {
  const { request } = golden(id);
  // pages of 2014 show the same call against the core (H, V)
  const path = request?.path.replace(/^\/mserver2-dev(?=\/v1\/(payments|wallet$))/, '') ?? '';
  const { host, accept, ...headers } = request?.headers ?? {};
  return {
    method: request?.method,
    ...address(path),
    headers,
    body: bodyOf(request?.body ?? '', headers['content-type']),
  };
}

function sent(request: SeenRequest | undefined, wanted: Record<string, string>) {
  const mandatory = ['authorization', 'content-type', 'x-authorization-type', 'accept-language'];
  const headers = Object.fromEntries(
    Object.entries(request?.headers ?? {}).filter(
      ([name]) => mandatory.includes(name) || (name in wanted && !['host', 'accept'].includes(name)),
    ),
  );
  return {
    method: request?.method,
    ...address(request?.url ?? ''),
    headers,
    body: bodyOf(request?.body.toString() ?? '', headers['content-type'] as string | undefined),
  };
}

function address(path: string) {
  const url = new URL(path, 'http://x');
  return { path: url.pathname, query: [...url.searchParams].sort() };
}

function bodyOf(text: string, type: string | undefined): unknown {
  if (type === 'application/x-www-form-urlencoded') return [...new URLSearchParams(text)].sort();
  return text === '' ? '' : JSON.parse(stringifyJson(parseJson(text)));
}

const value = (outcome: unknown): unknown => {
  expect(outcome).toMatchObject({ kind: 'accepted' });
  return (outcome as Outcome<unknown> & { value: unknown }).value;
};

const order = { amount: rub(10_000n) };
const megafon = { ...order, serviceReference: '834', parameters: { phoneNumber: '9267101283' } };
const id689 = '021c6d23-7508-4e35-ad92-852308a47689';
const at = (reference: string, clientId = '') => ({ clientId, reference });

describe('general and wallet', () => {
  it('G-01 errors.list', async () => {
    expect(await play('G-01', ({ dictionaries }, call) => dictionaries?.errorTexts(call))).toMatchSnapshot();
  });
  it('G-02 options.get', async () => {
    expect(await play('G-02', ({ dictionaries }, call) => dictionaries?.options?.(call))).toMatchSnapshot();
  });
  it('G-03 wallet.create', async () => {
    const open = { phone: '+79261111111', password: 'password' };
    expect(value(await play('G-03', (c, call) => c.wallets?.open?.(call, open)))).toMatchSnapshot();
  });
  it('G-04 wallet.activate', async () => {
    const input = { phone: '+79261111111', code: '242321' };
    expect(value(await play('G-04', (c, call) => c.wallets?.activate?.(call, input)))).toBeNull();
  });
  it('G-05 wallet.resend_code', async () => {
    expect(
      value(await play('G-05', (c, call) => c.wallets?.resendCode?.(call, { phone: '+79261111111' }))),
    ).toMatchSnapshot();
  });
  it('G-06 wallet.send_password_reset_code', async () => {
    const input = { phone: '+79261111111' };
    expect(
      value(await play('G-06', (c, call) => c.credentials?.requestPasswordReset?.(call, input))),
    ).toMatchSnapshot();
  });
  it('G-07 wallet.reset_password', async () => {
    const input = { code: '934879', password: 'PassWord', phone: '+79261111111' };
    expect(value(await play('G-07', (c, call) => c.credentials?.resetPassword?.(call, input)))).toBeNull();
  });
  it('G-08 wallet.get', async () => {
    expect(await play('G-08', (c, call) => c.wallets?.load(call))).toMatchSnapshot();
    expect(bench.balances).toEqual([rub(123_700n)]);
  });
  it('G-10 wallet.person.set', async () => {
    const person = {
      lastName: 'Арсеньев',
      firstName: 'Алексей',
      middleName: 'Александрович',
      passport: '2202 655885',
      passportIssuedAt: '2012-02-27',
      inn: '330500938709',
      snils: '112-233-445 95',
      birthDate: null,
    };
    expect(value(await play('G-10', (c, call) => c.identification?.submit?.(call, person)))).toMatchSnapshot();
  });
  it('G-11 wallet.person.get', async () => {
    expect(await play('G-11', (c, call) => c.identification?.load?.(call))).toMatchSnapshot();
  });
  it('G-13 wallet.picture.delete', async () => {
    expect(value(await play('G-13', (c, call) => c.profiles?.removePicture?.(call)))).toBeNull();
  });
  it('G-14 wallet.find', async () => {
    const contacts = [{ phone: '+79990000000' }, { phone: '+79260000001' }, { phone: '+79260000002' }];
    expect(await play('G-14', (c, call) => c.contacts?.find(call, contacts))).toEqual(['+79990000000', '+79260000002']);
  });
  it('G-15 wallet.replenishment_points', async () => {
    expect(await play('G-15', (c, call) => c.locations?.replenishmentPoints?.(call))).toMatchSnapshot();
  });
  it('G-16 wallet.settings.set', async () => {
    const input = { email: 'test@wallet.best', statementPeriod: 'DAY' as const };
    expect(value(await play('G-16', (c, call) => c.profiles?.setSettings?.(call, input)))).toBeNull();
  });
  it('G-17 wallet.status.webhook', async () => {
    const input = { phone: '+12345675578', level: 'SIMPLIFIED' as const };
    expect(value(await play('G-17', (c, call) => c.identification?.vouch?.(call, input)))).toBeNull();
  });
});

describe('services and geography', () => {
  it('G-18 services.list', async () => {
    expect(await play('G-18', (c, call) => c.services?.list(call, {}))).toMatchSnapshot();
  });
  it('G-19 groups.list', async () => {
    expect(await play('G-19', (c, call) => c.services?.categories?.(call))).toMatchSnapshot();
  });
  it('G-20 services.groups', async () => {
    expect(await play('G-20', (c, call) => c.services?.groups?.(call))).toMatchSnapshot();
  });
  it('G-21 services.get', async () => {
    expect(await play('G-21', (c, call) => c.services?.get(call, '42'))).toMatchSnapshot();
  });
  it('G-22 services.mnp', async () => {
    expect(
      await play('G-22', (c, call) => c.services?.forOperator?.(call, { operator: 'beline', region: 'ru' })),
    ).toMatchSnapshot();
  });
  it('G-23 services.mobile', async () => {
    expect(await play('G-23', (c, call) => c.services?.forPhone?.(call, '+79261111111'))).toMatchSnapshot();
  });
  it('G-24 services.order', async () => {
    expect(value(await play('G-24', (c, call) => c.services?.request?.(call, '%SERVICE TITLE%')))).toEqual({
      reference: '2006929',
    });
  });
  it('G-25 geo.search', async () => {
    expect(await play('G-25', (c, call) => c.locations?.places?.(call, 'москв'))).toMatchSnapshot();
  });
});

describe('payments', () => {
  it('G-26 payments.create.out of several steps', async () => {
    const bank = { phoneNumber: '9267101283', BIK: '044583151', Name: 'name', SName: 'sname', Fam: 'fam' };
    const payment = {
      clientId: 'E731A7E2-C553-4295-867E-1023359BEE28',
      reference: null,
      order: { ...order, serviceReference: '61', parameters: bank },
    };
    expect(value(await play('G-26', (c, call) => c.payouts?.create?.(call, payment)))).toMatchSnapshot();
  });
  it('G-27 payments.create.p2p', async () => {
    const payment = {
      clientId: '071c6d23-7508-4e35-ad92-852308a47677',
      reference: null,
      order: {
        ...order,
        recipientPhone: '+79261111112',
        note: 'Съешь ещё этих мягких французских булок, да выпей чаю',
      },
    };
    expect(value(await play('G-27', (c, call) => c.transfers?.create?.(call, payment)))).toMatchSnapshot();
  });
  it('G-28a payments.create.in with a one-off card', async () => {
    const payment = { clientId: '071c6d23-7508-4e35-ad92-852308a47678', reference: null, order };
    expect(value(await play('G-28a', (c, call) => c.topUps?.create?.(call, payment)))).toMatchSnapshot();
  });
  it('G-28b pays it on the payment page', async () => {
    const payment = { ...at('1401089237212'), order };
    expect(value(await play('G-28b', (c, call) => c.topUps?.confirm(call, payment, {})))).toMatchSnapshot();
  });
  it('G-28c payments.create.in with a card to be stored', async () => {
    const payment = {
      clientId: '071c6d23-7508-4e35-ad92-852308a47679',
      reference: null,
      order: { ...order, saveCard: true },
    };
    expect(value(await play('G-28c', (c, call) => c.topUps?.create?.(call, payment)))).toMatchSnapshot();
  });
  it('G-28d pays it, and the card has a number already', async () => {
    const payment = { ...at('1401089237231'), order: { ...order, saveCard: true } };
    expect(value(await play('G-28d', (c, call) => c.topUps?.confirm(call, payment, {})))).toMatchSnapshot();
  });
  it('G-28e payments.create.in with a stored card (ids made to agree, trap T-13)', async () => {
    const clientId = '071c6d23-7508-4e35-ad92-852308a47689';
    const payment = { clientId, reference: null, order: { ...order, cardReference: '21' } };
    const replace: [string, string][] = [['071c6d23-7508-4e35-ad92-852308a47653', clientId]];
    expect(value(await play('G-28e', (c, call) => c.topUps?.create?.(call, payment), { replace }))).toMatchSnapshot();
  });
  it('G-28f pays it without a redirect', async () => {
    const payment = { ...at('1401089237232'), order: { ...order, cardReference: '21' } };
    expect(value(await play('G-28f', (c, call) => c.topUps?.confirm(call, payment, {})))).toMatchSnapshot();
  });
  it.each(['G-29a', 'G-29c', 'G-29e'])('%s payments.create.inout', async (id) => {
    const choice = id === 'G-29c' ? { saveCard: true } : id === 'G-29e' ? { cardReference: '21' } : {};
    const payment = { clientId: id689, reference: null, order: { ...megafon, ...choice, anonymous: false } };
    expect(value(await play(id, (c, call) => c.transits?.create?.(call, payment)))).toMatchSnapshot();
  });
  it.each(['G-29b', 'G-29d'])('%s pays a transit', async (id) => {
    const payment = { ...at('25818'), order: { ...megafon, anonymous: false } };
    expect(value(await play(id, (c, call) => c.transits?.confirm(call, payment, {})))).toMatchSnapshot();
  });
  it('G-29f creates a payout whose type may still change (ids made to agree)', async () => {
    const payment = { clientId: id689, reference: null, order: megafon };
    const replace: [string, string][] = [['221c6d23-7508-4e35-ad92-852308a47689', id689]];
    expect(value(await play('G-29f', (c, call) => c.payouts?.create?.(call, payment), { replace }))).toMatchSnapshot();
  });
  it('G-29g pays that payout with a card (ids made to agree, trap T-52)', async () => {
    const payment = { ...at('25832'), order: megafon };
    const replace: [string, string][] = [['25818', '25832']];
    const choice = { payWith: { cardReference: '7222' } };
    expect(
      value(await play('G-29g', (c, call) => c.payouts?.confirm(call, payment, choice), { replace })),
    ).toMatchSnapshot();
  });
  it('G-30a payments.create.anonymous with the application token', async () => {
    const payment = { clientId: id689, reference: null, order: { ...megafon, anonymous: true } };
    const got = await play('G-30a', (c, call) => c.transits?.create?.(call, payment), { before: 'G-57' });
    expect(value(got)).toMatchObject({ kind: 'TRANSIT', status: 'CREATED', total: rub(10_300n), fee: rub(300n) });
  });
  it('G-30b pays it', async () => {
    const payment = { ...at('25818'), order: { ...megafon, anonymous: true } };
    const got = await play('G-30b', (c, call) => c.transits?.confirm(call, payment, {}), { before: 'G-57' });
    expect(value(got)).toMatchObject({ status: 'PROCESSING', nextAction: { kind: 'REDIRECT' } });
  });
  it('G-31a reads what a multi-step payment asks for', async () => {
    const payment = { ...at('1401089234883'), order: { ...order, serviceReference: '61', parameters: {} } };
    expect(await play('G-31a', (c, call) => c.payouts?.ask(call, payment))).toMatchSnapshot();
  });
  it('G-31b payments.update', async () => {
    const parameters = {
      phoneNumber: '9267101283',
      BIK: '044583151',
      Name: 'name',
      SName: 'sname',
      Fam: 'fam',
      Pname1: '5136913818331704',
      Pname2: 'fio',
    };
    const payment = { ...at('1401089234883'), order: { ...order, serviceReference: '61', parameters: {} } };
    const got = value(await play('G-31b', (c, call) => c.payouts?.update?.(call, payment, parameters)));
    expect(got).toMatchObject({ status: 'CREATED', total: null, nextAction: { kind: 'WAIT' } });
  });
  it('G-31c reads the price when it is known', async () => {
    const payment = { ...at('1401089234883'), order: { ...order, serviceReference: '61', parameters: {} } };
    const got = await play('G-31c', (c, call) => c.payouts?.ask(call, payment));
    expect(got).toMatchObject({
      status: 'CREATED',
      total: rub(13_500n),
      fee: rub(3_500n),
      nextAction: { kind: 'CONFIRM' },
    });
  });
  it('G-32 hands the return addresses over', async () => {
    bench = openBench({
      definition: mbank,
      settings: { baseUrl: stub.url },
      wallet: { number: '+79261111111', credentials: { password: 'password' } },
    });
    stub.play(answerOf('G-29b'));
    const choice = { returnUrl: 'http://ya.ru', failureUrl: 'http://google.com' };
    await bench.connector.transits?.confirm(
      bench.call,
      { ...at('25818'), order: { ...megafon, anonymous: false } },
      choice,
    );
    expect(sent(stub.seen[0], golden('G-32').request?.headers ?? {})).toEqual(documented('G-32'));
  });
  it('G-33a and G-33b payments.get of completed payments', async () => {
    expect(await play('G-33a', (c, call) => c.topUps?.ask(call, { ...at('1401089237231'), order }))).toMatchSnapshot();
    await bench.close();
    expect(
      await play('G-33b', (c, call) =>
        c.transits?.ask(call, { ...at('18357'), order: { ...megafon, anonymous: false } }),
      ),
    ).toMatchSnapshot();
  });
  it('G-34 payments.list', async () => {
    expect(await play('G-34', (c, call) => c.history?.list(call, {}))).toMatchSnapshot();
    expect(bench.balances).toEqual([rub(997_134n)]);
  });
  it('G-35 payments.reset_unseen', async () => {
    expect(value(await play('G-35', (c, call) => c.history?.markSeen?.(call)))).toBeNull();
  });
  it('G-36 payments.bill', async () => {
    const input = { reference: '34123', email: 'vasya@petrov.xxx', locale: 'ru-RU' };
    expect(value(await play('G-36', (c, call) => c.receipts?.send?.(call, input), { before: 'G-57' }))).toBeNull();
  });
  it('G-37 payments.best.log', async () => {
    const input = {
      number: '12345678',
      sender: { reference: '7777777', phone: '+79250101212' },
      recipient: { reference: '88888888', phone: '+79110992233' },
    };
    expect(value(await play('G-37', (c, call) => c.remittances?.record(call, input)))).toBeNull();
  });
  it('G-38 payments.best.list', async () => {
    expect(await play('G-38', (c, call) => c.remittances?.list(call))).toMatchSnapshot();
  });
  it('G-39 payments.best.reset_unseen', async () => {
    expect(value(await play('G-39', (c, call) => c.remittances?.markSeen?.(call)))).toBeNull();
  });
});

describe('cards, invoices, templates, places', () => {
  it('G-40 cards.create', async () => {
    const input = { successUrl: 'http://ya.ru', failureUrl: 'http://google.com', embedded: false };
    expect(value(await play('G-40', (c, call) => c.linkedCards?.link(call, input)))).toMatchSnapshot();
  });
  it('G-41 cards.get', async () => {
    expect(await play('G-41', (c, call) => c.linkedCards?.get(call, '62'))).toMatchSnapshot();
  });
  it('G-42 cards.list', async () => {
    expect(await play('G-42', (c, call) => c.linkedCards?.list(call, ['ACTIVE', 'PENDING']))).toMatchSnapshot();
  });
  it('G-43 cards.delete', async () => {
    expect(value(await play('G-43', (c, call) => c.linkedCards?.remove(call, '62')))).toBeNull();
  });
  it('G-44 locations.list', async () => {
    expect(await play('G-44', (c, call) => c.locations?.list(call, {}))).toMatchSnapshot();
  });
  it('G-44 with a point and with a square, longitude first', async () => {
    bench = openBench({ definition: mbank, settings: { baseUrl: stub.url, phone: '+79261111111', password: 'x' } });
    stub.play(answerOf('G-44'));
    await bench.connector.locations?.list(bench.call, { near: { latitude: 51.446833, longitude: 57.415033 } });
    await bench.connector.locations?.list(bench.call, {
      within: {
        southWest: { latitude: 51.446833, longitude: 57.279764 },
        northEast: { latitude: 51.512689, longitude: 57.415033 },
      },
    });
    expect(stub.seen.map((request) => request.url)).toEqual([
      '/v1/locations?point=57.415033,51.446833',
      '/v1/locations?square=57.279764,51.512689,57.415033,51.446833',
    ]);
  });
  it('G-45 limits.list', async () => {
    expect(await play('G-45', (c, call) => c.limits?.list(call))).toMatchSnapshot();
  });
  it('G-46 invoices.create', async () => {
    const input = { payerPhone: '+12345678102', amount: rub(35_000n), message: 'Test invoice' };
    bench = openBench({
      definition: mbank,
      settings: { baseUrl: stub.url, phone: '+12345675578', password: 'password' },
    });
    stub.play(answerOf('G-46'), answerOf('G-48'));
    expect(await bench.connector.invoices?.create?.(bench.call, input, [])).toEqual({ kind: 'accepted', value: [] });
    expect(sent(stub.seen[0], golden('G-46').request?.headers ?? {})).toEqual(documented('G-46'));
  });
  it('G-47 invoices.inbox and G-48 invoices.created', async () => {
    expect(await play('G-47', (c, call) => c.invoices?.list(call, { direction: 'INCOMING' }))).toMatchSnapshot();
    await bench.close();
    expect(await play('G-48', (c, call) => c.invoices?.list(call, { direction: 'OUTGOING' }))).toMatchSnapshot();
  });
  it('G-49 invoices.duplicate', async () => {
    expect(
      value(await play('G-49', (c, call) => c.invoices?.duplicate?.(call, '5422cf7cb7f47b54010041a7'))),
    ).toMatchSnapshot();
  });
  it('G-50 invoices.cancel', async () => {
    expect(value(await play('G-50', (c, call) => c.invoices?.cancel?.(call, '5422cebeb7f47b53010041a7')))).toBeNull();
  });
  it('G-51 invoices.pay unwraps the inner envelope', async () => {
    expect(
      value(await play('G-51', (c, call) => c.invoices?.pay?.(call, '5422dd02b7f47b52010041a9'))),
    ).toMatchSnapshot();
  });
  const template = {
    name: 'Template',
    amount: rub(35_000n),
    visibility: 'PUBLIC' as const,
    serviceReference: '1000',
    parameters: { phoneNumber: '+380509990088' },
    locks: { amount: false, parameters: ['phoneNumber'] },
  };
  it('G-52 templates.create', async () => {
    expect(value(await play('G-52', (c, call) => c.templates?.create(call, template)))).toEqual({
      reference: '54d23587a60ad674680041be',
    });
  });
  it('G-53 templates.list and G-54 templates.get', async () => {
    expect(await play('G-53', (c, call) => c.templates?.list(call, {}))).toMatchSnapshot();
    await bench.close();
    expect(await play('G-54', (c, call) => c.templates?.get(call, '5422dd02b7f47b52010041a9'))).toMatchSnapshot();
  });
  it('G-55 templates.update says params', async () => {
    expect(
      value(await play('G-55', (c, call) => c.templates?.update(call, '5422dd02b7f47b52010041a9', template))),
    ).toBeNull();
  });
  it('G-56 templates.delete', async () => {
    expect(value(await play('G-56', (c, call) => c.templates?.remove(call, '5422dd02b7f47b52010041a9')))).toBeNull();
  });
});

describe('the core', () => {
  it('G-62 mserver.services.search', async () => {
    expect(await play('G-62', (c, call) => c.services?.searchByPhone?.(call, '+79099560000'))).toMatchSnapshot();
  });
  it('G-63 mserver.wallet.client', async () => {
    const card = { number: '8003330316000271', pin: '1234' };
    expect(await play('G-63', (c, call) => c.remittances?.clientRecords?.(call, card))).toMatchSnapshot();
    expect(JSON.stringify(bench.exchanges)).not.toContain('8003330316000271');
  });
});
