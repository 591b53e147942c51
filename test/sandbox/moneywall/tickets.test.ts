import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documented } from './golden.ts';
import { Bench, type Reply, refused } from './support.ts';

/** MW-2: multipart, part by part (section 2.2, traps M7, M11, M12). */

const bench = new Bench();
const NUMBER = 'product[product_items][][ticket_number]';
const RECEIPT = 'product[product_items][][ticket_receipt]';
const TYPE = 'product[product_type]';
const ITEMS = 'product[product_items]';
const EIGHT_MEGABYTES = 8_388_608;

interface Upload {
  filename: string;
  content: string | Buffer;
  type?: string;
}
type Part = [name: string, value: string | Upload];

const pdf: Upload = { filename: 'test_pdf.pdf', content: '%PDF-1.4 (file bytes)', type: 'application/pdf' };
const file = (filename: string, content: string | Buffer = 'x'): Upload => ({ filename, content });
const about: Part[] = [
  ['order_id', 'order-1'],
  [TYPE, 'airline_tickets'],
];
const ticket = (number: string, receipt: Upload = pdf): Part[] => [
  [NUMBER, number],
  [RECEIPT, receipt],
];

/** The body as the golden example writes it. */
function multipart(parts: Part[], boundary = '----mw'): Buffer {
  const chunks = parts.flatMap(([name, value]) => {
    const plain = typeof value === 'string';
    const more = plain ? '' : `; filename="${value.filename}"`;
    const type = plain ? '' : `Content-Type: ${value.type ?? 'application/octet-stream'}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n${type}\r\n`;
    return [Buffer.from(head), Buffer.from(plain ? value : value.content), Buffer.from('\r\n')];
  });
  return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
}

const upload = (parts: Part[], body: string | Buffer = multipart(parts)): Promise<Reply> =>
  bench.call('POST', '/payments/product', {
    headers: { 'content-type': 'multipart/form-data; boundary=----mw' },
    body,
  });

const numbers = () => bench.session().tickets.map(({ number }: { number: string }) => number);

/** What the provider keeps of a file. */
const kept = ({ filename, content }: Upload) => {
  const bytes = Buffer.from(content);
  return { filename, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
};

describe('MW-2', () => {
  it('the golden example', async () => {
    await bench.init(documented);
    const { status, json } = await upload([
      ['order_id', 'partner_order_id'],
      [TYPE, 'airline_tickets'],
      ...ticket('123'),
    ]);
    expect([status, json]).toEqual([200, {}]);
    expect(bench.session('partner_order_id').tickets).toEqual([{ number: '123', receipt: kept(pdf) }]);
  });

  it('several tickets in order, and the transaction letter, whatever it is', async () => {
    await bench.start();
    const letter = file('письмо.txt', 'Тест');
    const receipts = [file('a.PDF', 'one'), file('b.doc', 'two'), file('c.docx', 'three')];
    const items = receipts.flatMap((receipt, index) => ticket(`421-28887982${index}`, receipt));
    const form = new FormData();
    for (const [name, value] of [...about, ['transaction_letter', letter] as Part, ...items])
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([new Uint8Array(Buffer.from(value.content))]), value.filename);
    const answer = await fetch(`${bench.sandbox.url}/moneywall/api/partners/payments/product`, {
      method: 'POST',
      headers: { authorization: 'SuperSecretTokenValue' },
      body: form,
    });
    expect(answer.status).toBe(200);
    expect(bench.session()).toMatchObject({
      tickets: receipts.map((receipt, index) => ({ number: `421-28887982${index}`, receipt: kept(receipt) })),
      transactionLetters: [kept(letter)],
      state: 'processing',
    });
  });

  it('further calls add; a number that is known replaces its receipt', async () => {
    await bench.start();
    await upload([...about, ...ticket('1'), ...ticket('2')]);
    await upload([...about, ...ticket('2', file('new.doc')), ...ticket('3')]);
    expect(numbers()).toEqual(['1', '2', '3']);
    expect(bench.session().tickets[1].receipt.filename).toBe('new.doc');
  });

  it('the spelling of the table is taken too', async () => {
    await bench.start();
    expect((await upload([['order_id', 'order-1'], [TYPE, 'airline-tickets'], ...ticket('1')])).status).toBe(200);
  });

  it('8 MB exactly are taken; one byte more is 413 and keeps nothing', async () => {
    await bench.start();
    const exact = file('a.pdf', Buffer.alloc(EIGHT_MEGABYTES, 1));
    expect((await upload([...about, ...ticket('1', exact)])).status).toBe(200);
    const larger = file('a.pdf', Buffer.alloc(EIGHT_MEGABYTES + 1, 1));
    await bench.unchanged(async () =>
      expect(await upload([...about, ...ticket('2'), ...ticket('3', larger)])).toMatchObject(refused(413, RECEIPT)),
    );
  });

  it.each<[what: string, field: string, parts: Part[]]>([
    ['no order', 'order_id', [[TYPE, 'airline_tickets'], ...ticket('1')]],
    ['an empty order', 'order_id', [['order_id', ''], [TYPE, 'airline_tickets'], ...ticket('1')]],
    ['two orders', 'order_id', [['order_id', 'a'], ...about, ...ticket('1')]],
    ['an order as a file', 'order_id', [['order_id', pdf], [TYPE, 'airline_tickets'], ...ticket('1')]],
    ['no product type', TYPE, [['order_id', 'order-1'], ...ticket('1')]],
    ['another product type', TYPE, [['order_id', 'order-1'], [TYPE, 'railway_tickets'], ...ticket('1')]],
    ['no items', ITEMS, about],
    ['indices', ITEMS, [...about, ['product[product_items][0][ticket_number]', '1']]],
    ['a receipt before its number', NUMBER, [...about, [RECEIPT, pdf], [NUMBER, '1']]],
    ['two receipts of one number', NUMBER, [...about, ...ticket('1'), [RECEIPT, pdf]]],
    ['a number without a receipt', RECEIPT, [...about, ...ticket('1'), [NUMBER, '2']]],
    ['two numbers in a row', RECEIPT, [...about, [NUMBER, '1'], ...ticket('2')]],
    ['an empty number', NUMBER, [...about, ...ticket('')]],
    ['a number as a file', NUMBER, [...about, [NUMBER, pdf], [RECEIPT, pdf]]],
    ['a receipt as text', RECEIPT, [...about, [NUMBER, '1'], [RECEIPT, '%PDF-1.4']]],
    ['a receipt of another type', RECEIPT, [...about, ...ticket('1', file('a.png'))]],
    ['a receipt without an extension', RECEIPT, [...about, ...ticket('1', file('pdf'))]],
    ['a letter as text', 'transaction_letter', [...about, ['transaction_letter', 'text'], ...ticket('1')]],
  ])('%s is 422', async (_what, field, parts) => {
    await bench.start();
    await bench.unchanged(async () => expect(await upload(parts)).toMatchObject(refused(422, field)));
  });

  it.each<[what: string, body: string | Buffer]>([
    ['is empty', ''],
    ['is something else', '{"order_id":"order-1"}'],
    ['ends too early', multipart([...about, ...ticket('1')]).subarray(0, -40)],
  ])('a body that %s is 400', async (_what, body) => {
    await bench.start();
    await bench.unchanged(async () => expect(await upload([], body)).toMatchObject(refused(400)));
  });

  it('without a boundary it is 400', async () => {
    const sending = { headers: { 'content-type': 'multipart/form-data' }, body: multipart(about) };
    expect(await bench.call('POST', '/payments/product', sending)).toMatchObject(refused(400));
  });

  it('an unknown order is 404', async () => {
    const parts: Part[] = [['order_id', 'nobody'], [TYPE, 'airline_tickets'], ...ticket('1')];
    expect(await upload(parts)).toMatchObject(refused(404, 'order_id'));
  });

  it('every state but cancelled takes tickets', async () => {
    await bench.start();
    for (const [index, step] of ['session.authorize', 'session.charge', 'session.refund'].entries()) {
      bench.act(step, { order: 'order-1' });
      expect((await upload([...about, ...ticket(`${index}`)])).status).toBe(200);
    }
    expect(numbers()).toEqual(['0', '1', '2']);
    await bench.start('order-2');
    bench.act('session.cancel', { order: 'order-2' });
    const parts: Part[] = [['order_id', 'order-2'], [TYPE, 'airline_tickets'], ...ticket('1')];
    await bench.unchanged(async () => expect(await upload(parts)).toMatchObject(refused(422, 'order_id')));
  });

  it('a large upload that is refused before it is read is answered all the same', async () => {
    await bench.start();
    const large = multipart([...about, ...ticket('1', file('a.pdf', Buffer.alloc(EIGHT_MEGABYTES, 1)))]);
    bench.control.fault({ provider: 'moneywall', operation: 'MW-2', kind: 'status', status: 503 });
    expect(await upload([], large)).toMatchObject(refused(503));
    bench.act('token.revoke', { token: 'SuperSecretTokenValue' });
    expect(await upload([], large)).toMatchObject(refused(401));
    expect(numbers()).toEqual([]);
  });

  it('faults: nothing is kept before, the tickets after', async () => {
    await bench.start();
    bench.control.fault({ provider: 'moneywall', operation: 'MW-2', kind: 'status', status: 502 });
    expect(await upload([...about, ...ticket('1')])).toMatchObject(refused(502));
    expect(numbers()).toEqual([]);
    bench.control.fault({ provider: 'moneywall', operation: 'MW-2', kind: 'close', when: 'after' });
    await expect(upload([...about, ...ticket('1')])).rejects.toThrow();
    expect(numbers()).toEqual(['1']);
  });
});
