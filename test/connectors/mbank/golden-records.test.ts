import { describe, expect, it } from 'vitest';
import { answerOf, golden, rub } from './golden.ts';
import { bench, documented, goldenTests, openWith, play, sent, stub, value } from './golden-play.ts';

goldenTests();

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
    openWith({ settings: { baseUrl: stub.url, phone: '+79261111111', password: 'x' } });
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
    openWith({
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
