import { describe, expect, it } from 'vitest';
import type { Script, SeenRequest } from '../stub.ts';
import { documented, empty, golden, rub, sent } from './golden.ts';
import { bench, goldenTests, openFor, stub } from './golden-play.ts';

goldenTests();

const NOW = new Date('2018-04-06T14:45:00Z');
const payment = {
  clientId: String(NOW.getTime()),
  reference: null,
  order: { amount: rub(10_000n), invoiceReference: '1063702405' },
};

interface World {
  unpaid: boolean;
  history: number[];
  paying: Script;
  /** What the history shows once the paying call has come. */
  after: number[];
  /** Instead of a history. */
  noHistory?: Script;
}

/** An invoice of 100 roubles by merchant 480706, and what the provider makes of a wish to pay it. */
function playWorld(world: World): void {
  const item = (txnId: number) =>
    golden('HIS-1')
      .answers[0]?.match(/"data": \[([\s\S]*)\],/)?.[1]
      ?.replace('9309', String(txnId))
      .replaceAll('"amount": 70', '"amount": 100')
      .replace('"id": 1,', '"id": 480706,');
  let { history, unpaid } = world;
  const answer = ({ url }: SeenRequest): Script => {
    if (url.startsWith('/checkout-api/api/bill/search'))
      return { status: 200, body: unpaid ? (golden('INV-2').answers[0] ?? '') : '{"bills": []}' };
    if (url.startsWith('/checkout-api/invoice/pay/wallet')) {
      history = world.after;
      unpaid = false;
      return world.paying;
    }
    if (world.noHistory) return world.noHistory;
    const transaction = /\/transactions\/(\d+)/.exec(url)?.[1];
    if (transaction) return { status: 200, body: item(Number.parseInt(transaction, 10)) ?? '' };
    return { status: 200, body: `{"data": [${history.map(item).join(',')}]}` };
  };
  openFor('79115221133', 'Bearer YYY', { now: () => NOW });
  stub.play(answer);
}

const paid: Script = { status: 200, body: golden('INV-3').answers[0] ?? '' };
const confirm = (about = payment) => bench.connector.invoices?.payments?.confirm(bench.call, about, {});
const ask = (about = payment) => bench.connector.invoices?.payments?.ask(bench.call, about);
const payCalls = () => stub.seen.filter(({ url }) => url.startsWith('/checkout-api/invoice/pay'));

describe('paying an invoice (INV-3)', () => {
  it('is the documented request, and shown by the history', async () => {
    playWorld({ unpaid: true, history: [1], paying: paid, after: [2, 1] });
    expect(await confirm()).toMatchObject({
      kind: 'accepted',
      value: { reference: '2', status: 'COMPLETED', amount: rub(10_000n), clientId: payment.clientId },
    });
    expect(payCalls().map(sent)).toEqual([documented('INV-3')]);
  });

  it.each([
    ['when the history does not show it yet', { after: [1] }],
    ['when the history shows two that could be it', { after: [3, 2, 1] }],
    ['when the history cannot be read', { after: [1], noHistory: empty(423) }],
  ])('is paid %s, under the number of the invoice', async (_when, world) => {
    playWorld({ unpaid: true, history: [1], paying: paid, ...world });
    expect(await confirm()).toMatchObject({
      kind: 'accepted',
      value: { reference: 'invoice-1063702405', status: 'COMPLETED', direction: 'OUT', total: null },
    });
  });

  it('that is answered with any other status is refused, for nothing was paid', async () => {
    const paying = { status: 200, body: '{"invoice_status": "NOT_PAID_STATUS", "is_sms_confirm": "false"}' };
    playWorld({ unpaid: true, history: [], paying, after: [] });
    expect(await confirm()).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: 'NOT_PAID_STATUS', remedy: 'NONE' },
    });
  });

  it('is not sent for an invoice that waits no more, or asks for another amount', async () => {
    playWorld({ unpaid: false, history: [], paying: paid, after: [] });
    expect(await confirm()).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVOICE_STATE' } });
    expect(payCalls()).toEqual([]);
    await bench.close();
    playWorld({ unpaid: true, history: [], paying: paid, after: [] });
    const other = { ...payment, order: { ...payment.order, amount: rub(10_001n) } };
    expect(await confirm(other)).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVOICE_STATE' } });
    expect(payCalls()).toEqual([]);
  });

  it('has not been sent when the invoice could not be read', async () => {
    playWorld({ unpaid: true, history: [], paying: paid, after: [] });
    stub.play('RESET');
    expect(await confirm()).toMatchObject({ kind: 'notSent' });
    expect(payCalls()).toEqual([]);
  });

  it.each<[string, Script]>([
    ['the connection is lost', 'RESET'],
    ['the provider breaks', empty(500)],
    ['the answer is unreadable', { status: 200, body: '<html>' }],
    ['the answer lacks its status', { status: 200, body: '{}' }],
  ])('is unknown, and sent once, when %s', async (_when, paying) => {
    playWorld({ unpaid: true, history: [], paying, after: [] });
    expect(await confirm()).toMatchObject({ kind: 'unknown' });
    expect(payCalls().length).toBe(1);
  });

  it('that the provider refuses is refused', async () => {
    playWorld({ unpaid: true, history: [], paying: empty(404), after: [] });
    expect(await confirm()).toMatchObject({ kind: 'rejected', refusal: { httpStatus: 404 } });
  });
});

describe('an invoice of which it is not known whether it was paid', () => {
  it('was not, while it waits to be', async () => {
    playWorld({ unpaid: true, history: [7], paying: paid, after: [] });
    expect(await ask()).toBeNull();
  });
  it('was not, when the whole history since then knows nothing of it', async () => {
    playWorld({ unpaid: false, history: [], paying: paid, after: [] });
    expect(await ask()).toBeNull();
  });
  it('was, when the history shows the payment', async () => {
    playWorld({ unpaid: false, history: [7], paying: paid, after: [] });
    expect(await ask()).toMatchObject({ reference: '7', status: 'COMPLETED', clientId: payment.clientId });
  });
  it('was not, when what the history shows was paid to somebody else', async () => {
    playWorld({ unpaid: false, history: [7], paying: paid, after: [] });
    const of = (merchantReference: string) => ({ ...payment, order: { ...payment.order, merchantReference } });
    expect(await ask(of('1'))).toBeNull();
    expect(await ask(of('480706'))).toMatchObject({
      reference: '7',
    });
  });
  it('is read by its number, once that is known', async () => {
    playWorld({ unpaid: false, history: [8, 7], paying: paid, after: [] });
    expect(await bench.connector.invoices?.payments?.ask(bench.call, { ...payment, reference: '7' })).toMatchObject({
      reference: '7',
    });
  });
  it('stays unknown when several payments could be it, or nobody knows since when to look', async () => {
    playWorld({ unpaid: false, history: [8, 7], paying: paid, after: [] });
    await expect(ask()).rejects.toMatchObject({ why: 'UNMAPPED_STATUS' });
    await expect(ask({ ...payment, clientId: '1' })).rejects.toMatchObject({ why: 'MISSING_FIELD' });
  });
});
