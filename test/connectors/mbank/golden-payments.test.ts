import { describe, expect, it } from 'vitest';
import { answerOf, golden, rub } from './golden.ts';
import {
  at,
  bench,
  documented,
  goldenTests,
  id689,
  megafon,
  openWith,
  order,
  play,
  sent,
  stub,
  value,
} from './golden-play.ts';

goldenTests();

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
    openWith({
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
