import { describe, expect, test } from 'vitest';
import type { PayeeDestination, PayerDetails } from '../../../src/connectors/payees.ts';
import type { PaymentHandle, PayoutOrder } from '../../../src/connectors/payments.ts';
import type { ProviderPayment } from '../../../src/connectors/values.ts';
import { answerOf, documented, golden, rub, sent } from './golden.ts';
import { goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const NUMBER = '79115221133';
const TOKEN = 'Bearer YUu2qw048gtdsvlk3iu';

/** An order under the id of the documented request. */
const under = <O>(clientId: string, order: O): PaymentHandle<O> => ({ clientId, reference: null, order });
const thousand = rub(100_000n);
const payer: PayerDetails = {
  firstName: 'Сергей',
  lastName: 'Иванов',
  address: 'Ленинский проспект 131, 56',
  city: 'Москва',
  country: 'RU',
};
const card = {
  kind: 'CARD' as const,
  number: '4256111122221231',
  bankId: null,
  country: null,
  expiryMonth: null,
  expiryYear: null,
  holder: null,
};

describe('What moves money', () => {
  test('PAY-4: a transfer is accepted, and nothing more is known of it', async () => {
    const order = { amount: rub(9_901n), recipientPhone: '+7 926 111-22-33', note: 'comment' };
    const outcome = await play('PAY-4', (c, call) => c.transfers?.confirm(call, under('1514296828893', order), {}));
    expect(value(outcome)).toMatchObject({
      reference: '11982501857',
      clientId: '1514296828893',
      kind: 'TRANSFER',
      status: 'PROCESSING',
      providerStatus: 'Accepted',
      amount: rub(9_901n),
      total: null,
      fee: null,
      source: { kind: 'WALLET', phone: '+79115221133' },
      destination: { kind: 'WALLET', phone: '+79261112233' },
      direction: 'OUT',
      note: 'comment',
      walletNumber: '79115221133',
    } satisfies Partial<ProviderPayment>);
  });

  test('PAY-4: 100.50 goes out as a number, exactly; the documented answer is about another payment', async () => {
    const order = { amount: rub(10_050n), recipientPhone: '+79121112233', note: 'test' };
    const outcome = await play('PAY-4', (c, call) => c.transfers?.confirm(call, under('11111111111111', order), {}), {
      request: 1,
      answers: [answerOf('PAY-4', { at: 1 })],
    });
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'ECHO_MISMATCH' });
    expect(stub.seen[0]?.body.toString()).toContain('"sum":{"amount":100.5,"currency":"643"}');
  });

  test('PAY-5: the sum is in tenge, roubles pay', async () => {
    const amount = { minor: 1_000n, currency: 'KZT' };
    const order = { amount, fromCurrency: 'RUB', recipientPhone: '+79121112233', note: 'test' };
    const echo = answerOf('PAY-5', {
      replace: [
        ['"150217833198900"', '"11111111111111"'],
        ['"amount": 100,', '"amount": 10,'],
      ],
    });
    const outcome = await play('PAY-5', (c, call) => c.exchange?.confirm(call, under('11111111111111', order), {}), {
      answers: [echo],
    });
    expect(value(outcome)).toMatchObject({ kind: 'EXCHANGE', status: 'PROCESSING', amount, reference: '11155897070' });
  });

  const documentedCard = { account: '4256XXXXXXXX1231' };
  test.each([
    ['PAY-7', '1', { account: '9161112233' }, thousand, '4969142201'],
    ['PAY-10', '1963', documentedCard, thousand, '4969142201'],
    ['PAY-14', '464', { account: '4256********1231', account_type: '1', exp_date: '0623' }, thousand, '4969142201'],
    ['PAY-16', '674', { account: '111000' }, rub(10_000n), '4969142201'],
  ])('%s: a payout to service %s', async (id, serviceReference, parameters, amount, reference) => {
    const order: PayoutOrder = { amount, serviceReference, parameters };
    const outcome = await play(id, (c, call) => c.payouts?.confirm(call, under('21131343', order), {}));
    expect(value(outcome)).toMatchObject({
      reference,
      clientId: '21131343',
      kind: 'PAYOUT',
      status: 'PROCESSING',
      amount,
      destination: { kind: 'SERVICE', reference: serviceReference },
    });
  });

  test('PAY-11, PAY-15, PAY-17: the fields of the documents, from what callers give', async () => {
    const holder = { firstName: 'Виктор', middleName: null, lastName: 'Петров' };
    await pays('PAY-11', { ...card, number: '4028650000000001', country: 'DE', holder }, payer, {
      account: '402865XXXXXXXXXX',
    });
    await pays(
      'PAY-15',
      {
        kind: 'BANK_ACCOUNT',
        bic: '046577795',
        account: '40817810099910004312',
        bankId: '816',
        accountKind: 'ACCOUNT',
        contractNumber: null,
        urgent: false,
        holder: { firstName: 'Иван', middleName: 'Иванович', lastName: 'Иванов' },
        purpose: null,
      },
      {},
      // the sample's own value is 2, the table's 5 (trap T38)
      { account: '40817***', account_type: '2' },
    );
    await pays(
      'PAY-17',
      {
        kind: 'ORGANISATION',
        bic: '044525201',
        account: '40711100000012321',
        bankName: 'ПАО АКБ "АВАНГАРД"',
        city: 'МОСКВА',
        name: 'ООО "Технический Центр ДЕЛЬТА"',
        inn: '7726111111',
        kpp: '772111001',
        vatIncluded: false,
        purpose: ' Оплата товара по заказу №090738231',
        urgent: false,
      },
      { firstName: 'Иван', middleName: 'Николаевич', lastName: 'Михайлов' },
    );
  });

  /** Resolves a destination and pays to it: the request is the documented one, but for what the sample has masked. */
  async function pays(id: string, to: PayeeDestination, by: PayerDetails, masked: Record<string, string> = {}) {
    await play(
      id,
      async (c, call) => {
        const payee = await c.payouts?.payees?.resolve(call, to, by);
        if (!payee || 'issues' in payee) return expect.unreachable(JSON.stringify(payee));
        const { serviceReference } = payee;
        const parameters = { ...payee.parameters, ...masked };
        const order: PayoutOrder = { amount: thousand, serviceReference, parameters };
        return c.payouts?.confirm(call, under('21131343', order), {});
      },
      { answers: [answerOf(id)] },
    );
  }

  test('PAY-12, PAY-13: a Kazakh card is prepared, then paid in tenge from the tenge balance', async () => {
    const { connector, call } = openFor(NUMBER, TOKEN);
    const prepared = golden('PAY-12').answers[0] ?? '';
    const paid = `{"id":"21131343","terms":"27292","fields":{},"sum":{"amount":1000,"currency":"398"},
      "source":"account_643","transaction":{"id":"4969142201","state":{"code":"Accepted"}}}`;
    stub.play({ status: 200, body: prepared }, { status: 200, body: paid });
    const payee = await connector.payouts?.payees?.resolve(call, { ...card, country: 'KZ' }, {});
    expect(payee).toEqual({
      serviceReference: '27292',
      serviceName: 'Card of a bank in Kazakhstan',
      parameters: { cardNumber: '4256111122221231' },
    });
    const amount = { minor: 100_000n, currency: 'KZT' };
    const order = { amount, serviceReference: '27292', parameters: { cardNumber: '<card number>' } };
    const outcome = await connector.payouts?.confirm(call, under('21131343', order), {});
    expect(value(outcome)).toMatchObject({ amount, status: 'PROCESSING', reference: '4969142201' });
    expect(sent(stub.seen[0])).toEqual(documented('PAY-12'));
    const wanted = JSON.parse(
      JSON.stringify(documented('PAY-13'))
        .replace('<account value of PAY-12>', '<masked card PAN>')
        .replace('<ev_account1 value of PAY-12>', '<long string>'),
    );
    expect(sent(stub.seen[1])).toEqual(wanted);
  });
});

describe('What is asked before', () => {
  test('PAY-1: a commission, and what it is made of', async () => {
    const quote = await play('PAY-1', (c, call) =>
      c.quotes?.quote(call, { amount: rub(1_000n), serviceReference: '99', account: '+380995238345' }),
    );
    expect(quote).toEqual({
      fee: rub(1_001n),
      total: rub(101_101n),
      fees: [
        { kind: 'PROVIDER', amount: rub(1_001n) },
        { kind: 'FUNDING_SOURCE', amount: rub(0n) },
      ],
      destinationAmount: rub(100_100n),
      exchangeRate: null,
    });
  });

  test('PAY-6: rates are units of one currency for one unit of the other', async () => {
    const rates = await play('PAY-6', (c, call) => c.exchange?.rates(call));
    expect(rates).toEqual([
      { from: 'KZT', to: 'RUB', rate: '6.22665' },
      { from: 'KZT', to: 'CHF', rate: '412.0174305' },
      { from: 'UAH', to: 'EUR', rate: '31.4680914' },
    ]);
  });

  test('PAY-6: an exchange is priced by the pair that is quoted, or by its opposite', async () => {
    const tenge = { minor: 1_000_000n, currency: 'KZT' };
    const quote = () =>
      play('PAY-6', (c, call) =>
        c.quotes?.quote(call, { amount: tenge, serviceReference: '1099', fromCurrency: 'RUB' }),
      );
    // 10 000 tenge at 6.22665 tenge for a rouble
    expect(await quote()).toMatchObject({ total: rub(160_600n), fee: rub(0n), destinationAmount: tenge });
    const direct = { status: 200, body: '{"result":[{"set":"General","from":"643","to":"398","rate":0.1606}]}' };
    const other = await play(
      'PAY-6',
      (c, call) => c.quotes?.quote(call, { amount: tenge, serviceReference: '1099', fromCurrency: 'RUB' }),
      { answers: [direct] },
    );
    expect(other).toMatchObject({ total: rub(160_600n), exchangeRate: '0.1606' });
  });

  test.each([
    ['643', '398'],
    ['398', '643'],
  ])('PAY-6: a rate of nothing from %s to %s is no rate', async (from, to) => {
    const answer = { status: 200, body: `{"result":[{"set":"General","from":"${from}","to":"${to}","rate":0}]}` };
    const asked = { amount: { minor: 1_000n, currency: 'KZT' }, serviceReference: '1099', fromCurrency: 'RUB' };
    await expect(play('PAY-6', (c, call) => c.quotes?.quote(call, asked), { answers: [answer] })).rejects.toThrow(
      'The provider quotes no rate from RUB to KZT.',
    );
  });

  test('PAY-8: the operator of a phone carries the payout', async () => {
    const payee = await play('PAY-8', (c, call) =>
      c.payouts?.payees?.resolve(call, { kind: 'PHONE', phone: '+79270010101' }, {}),
    );
    expect(payee).toEqual({
      serviceReference: '3',
      serviceName: 'МегаФон Столичный филиал',
      parameters: { account: '9270010101' },
    });
  });

  test('PAY-9: a domestic card is paid by the service that the provider names', async () => {
    const payee = await play('PAY-9', (c, call) =>
      c.payouts?.payees?.resolve(call, { ...card, number: '1234123412341234' }, {}),
    );
    expect(payee).toEqual({
      serviceReference: '36390',
      serviceName: 'Card',
      parameters: { account: '1234123412341234' },
    });
  });
});
