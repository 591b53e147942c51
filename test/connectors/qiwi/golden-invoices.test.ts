import { describe, expect, it } from 'vitest';
import { answerOf, documented, empty, golden, rub, sent } from './golden.ts';
import { bench, goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const WALLET = '79115221133';
const billId = 'cc961e8d-d4d6-4f02-b737-2297e51fb48e';
const order = {
  number: billId,
  amount: rub(100n),
  message: 'Text comment',
  dueAt: new Date('2025-12-10T09:02:00+03:00'),
  payer: { phone: '+7 871 000 99 99', email: 'test@example.com', account: '454678' },
  payMethods: ['BALANCE'] as const,
  attributes: [
    { name: 'themeCode', value: 'Yvan-YKaSh' },
    { name: 'yourParam1', value: '64728940' },
    { name: 'yourParam2', value: 'order 678' },
  ],
};
const rejectedBill = answerOf('P2P', { replace: [['"WAITING"', '"REJECTED"']] });
const waitingBill = answerOf('P2P');
const open = () => openFor(WALLET, 'Bearer YYY');
const invoices = () => bench.connector.invoices;

describe('keys for invoices', () => {
  it('INV-1 has a pair issued, and keeps it nowhere', async () => {
    const input = { name: 'p2p', notificationsUrl: 'https://test.com' };
    const answers = [{ status: 200, body: '{ "PublicKey": "public-XXX", "SecretKey": "secret-YYY" }' }];
    const got = await play('INV-1', (c, call) => c.credentials?.issue?.(call, input), { request: null, answers });
    expect(value(got)).toEqual({ p2pPublicKey: 'public-XXX', p2pSecretKey: 'secret-YYY' });
    const example = documented('INV-1');
    const body = { keysPairName: 'Koshel', serverNotificationsUrl: 'https://test.com' };
    expect(sent(stub.seen[0])).toEqual({ ...example, body });
    const told = JSON.stringify(bench.exchanges) + bench.log;
    expect(told).not.toContain('secret-YYY');
    expect(told).not.toContain('public-XXX');
  });
});

describe('invoices to the wallet', () => {
  it('INV-2 lists what is unpaid', async () => {
    expect(await play('INV-2', (c, call) => c.invoices?.list(call, { direction: 'INCOMING' }))).toEqual([
      {
        reference: '1063702405',
        payerPhone: '+79115221133',
        recipientPhone: '',
        amount: rub(10_000n),
        message: 'Пополнение счета 13515573',
        state: 'CREATED',
        providerState: 'READY_FOR_PAY',
        paymentReference: null,
        number: '154140605',
        payUrl: 'https://oplata.qiwi.com/form?shop=480706&transaction=102263702405',
        merchant: {
          reference: '480706',
          name: 'Интернет-магазин цветов',
          logoUrl: 'https://static.qiwi.com/img/providers/logoBig/480706_l.png',
        },
        createdAt: new Date(1523025585000),
        dueAt: new Date(1523026003808),
      },
    ]);
  });

  it('INV-2 goes on below the last one, tells each once, and takes bounds in milliseconds (traps T32, T33)', async () => {
    const bill = (id: number) =>
      golden('INV-2')
        .answers[0]?.match(/\[\s*(\{[\s\S]*\})\s*\]/)?.[1]
        ?.replace('1063702405', `${id}`);
    const page = (ids: number[]) => ({ status: 200, body: `{"bills": [${ids.map(bill).join(',')}]}` });
    const down = (from: number, count: number) => Array.from({ length: count }, (_, index) => from - index);
    open();
    // the second page begins with one that the first has told
    stub.play(page(down(200, 50)), page([151, ...down(150, 49)]), page([101, 40]));
    const bounds = { createdFrom: new Date(1000), createdTo: new Date(2000) };
    const all = await invoices()?.list(bench.call, { direction: 'INCOMING', ...bounds });
    const ids = [...down(200, 100), 40];
    expect(all?.map(({ reference }) => reference)).toEqual(ids.map(String));
    expect(stub.seen.map(({ url }) => new URL(url, 'http://x').searchParams.get('next_id'))).toEqual([
      null,
      '150',
      '101',
    ]);
    expect(stub.seen[0]?.url).toContain('&min_creation_datetime=1000&max_creation_datetime=2000');
  });

  it('INV-4 rejects one; one that is not there is rejected, too', async () => {
    const number = '1034353453';
    expect(
      value(await play('INV-4', (c, call) => c.invoices?.reject?.(call, number), { answers: [empty(200)] })),
    ).toBeNull();
    stub.play(empty(404));
    expect(value(await invoices()?.reject?.(bench.call, number))).toBeNull();
  });
});

describe('bills of the wallet', () => {
  it('P2P-1 issues one', async () => {
    const got = await play('P2P', (c, call) => c.invoices?.issue?.(call, order), { answers: [waitingBill] });
    expect(value(got)).toEqual({
      reference: billId,
      payerPhone: '+78710009999',
      recipientPhone: '+79115221133',
      amount: rub(100n),
      message: 'Text comment',
      state: 'CREATED',
      providerState: 'WAITING',
      paymentReference: null,
      number: billId,
      payUrl: 'https://oplata.qiwi.com/form/?invoice_uid=aa0fa2bb-5452-47ca-9190-cd9c1a73718f',
      payMethods: ['BALANCE'],
      payer: { phone: '+78710009999', email: 'test@example.com', account: '454678' },
      attributes: order.attributes,
      createdAt: new Date('2021-01-18T14:22:56.672+03:00'),
      changedAt: new Date('2021-01-18T14:22:56.672+03:00'),
      dueAt: order.dueAt,
    });
  });

  it('P2P-1 tells the page where the payer ends', async () => {
    const input = { ...order, returnUrl: 'https://shop.example/done?a=1' };
    const got = await play('P2P', (c, call) => c.invoices?.issue?.(call, input), { answers: [waitingBill] });
    const { payUrl } = value(got) as { payUrl: string };
    expect(new URL(payUrl).searchParams.get('successUrl')).toBe('https://shop.example/done?a=1');
  });

  it.each([
    ['number', { ...order, number: 'a b' }],
    ['currency', { ...order, amount: { minor: 100n, currency: 'USD' } }],
    ['sum', { ...order, amount: rub(100_000_000n) }],
    ['message', { ...order, message: 'a'.repeat(256) }],
  ])('P2P-1 is not sent with a %s that does not fit', async (_what, input) => {
    open();
    stub.play(waitingBill);
    const outcome = await invoices()?.issue?.(bench.call, input);
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT', httpStatus: null } });
    expect(stub.seen).toEqual([]);
  });

  it('P2P-2 reads one, or tells that there is none', async () => {
    open();
    stub.play(answerOf('P2P', { replace: [['"WAITING"', '"PAID"']] }));
    expect(await invoices()?.get?.(bench.call, billId)).toMatchObject({ state: 'COMPLETED', providerState: 'PAID' });
    const { path, headers } = documented('P2P');
    const { 'content-type': _type, ...bodiless } = headers;
    expect(sent(stub.seen[0])).toEqual({ method: 'GET', path, headers: bodiless, body: '' });
    stub.play(answerOf('P2P', { at: 2, status: 404 }));
    expect(await invoices()?.get?.(bench.call, billId)).toBeNull();
    stub.play(waitingBill);
    await expect(invoices()?.get?.(bench.call, 'another')).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
  });

  it('P2P-3 cancels one, also one that was cancelled already', async () => {
    open();
    stub.play(rejectedBill);
    expect(value(await invoices()?.cancel?.(bench.call, billId))).toBeNull();
    expect(stub.seen[0]).toMatchObject({ method: 'POST', url: `/partner/bill/v1/bills/${billId}/reject` });
    stub.play(empty(400), rejectedBill);
    expect(value(await invoices()?.cancel?.(bench.call, billId))).toBeNull();
  });

  it('P2P-3 of one that was paid is refused by its state, and of one that waits by the answer', async () => {
    open();
    stub.play(empty(400), answerOf('P2P', { replace: [['"WAITING"', '"PAID"']] }));
    expect(await invoices()?.cancel?.(bench.call, billId)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVOICE_STATE' },
    });
    stub.play(empty(400), waitingBill);
    expect(await invoices()?.cancel?.(bench.call, billId)).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 400 },
    });
    stub.play(waitingBill);
    expect(await invoices()?.cancel?.(bench.call, billId)).toMatchObject({ kind: 'unknown' });
  });

  it('P2P-4 is a link that makes one when it is opened', () => {
    open();
    const input = {
      publicKey: 'public key',
      number: 'a_1',
      amount: rub(150n),
      payMethods: ['CARD', 'MOBILE_ACCOUNT'] as const,
    };
    const link = bench.connector.paymentLinks?.invoice?.({
      ...input,
      payer: { phone: '+79111234567' },
      message: 'за чай & кофе',
      dueAt: new Date('2025-12-10T09:02:00+03:00'),
      attributes: [{ name: 'themeCode', value: 'T' }],
      returnUrl: 'https://shop.example/',
    });
    const url = new URL(link && 'url' in link ? link.url : '');
    expect(url.origin + url.pathname).toBe(`${stub.url}/create`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      publicKey: 'public key',
      billId: 'a_1',
      amount: '1.50',
      phone: '79111234567',
      comment: 'за чай & кофе',
      'customFields[paySourcesFilter]': 'card,mobile',
      'customFields[themeCode]': 'T',
      lifetime: '2025-12-10T0902',
      successUrl: 'https://shop.example/',
    });
    expect(bench.connector.paymentLinks?.invoice?.({ publicKey: 'k', amount: { minor: 1n, currency: 'KZT' } })).toEqual(
      {
        field: 'amount',
        issue: expect.any(String),
      },
    );
  });
});
