import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CreditSessions, IssuedTickets } from '../../../src/connectors/credit-sessions.ts';
import { moneywall } from '../../../src/connectors/moneywall/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, documented, documentedText, fileOf, issued, required, TOKEN } from './golden.ts';

let stub: Stub;
let bench: Bench;

beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

function sessions(): CreditSessions {
  bench = openBench({ definition: moneywall, settings: { baseUrl: stub.url, token: TOKEN } });
  return required(bench.connector.creditSessions);
}

/** A request's multipart body with the boundary of the documents in the place of ours. */
function multipart() {
  const { headers, body } = required(stub.seen[0]);
  const boundary = required(/^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1]);
  return body.toString().replaceAll(boundary, '----mw').replaceAll('\r\n', '\n').trimEnd();
}

/** The names of the parts, in order, and what stands in them. */
async function parts(): Promise<[name: string, value: string][]> {
  const { headers, body } = required(stub.seen[0]);
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } });
  return [...(await response.formData())].map(([name, value]) => [
    name,
    typeof value === 'string' ? value : `${value.name} ${value.type} ${value.size}`,
  ]);
}

test('MW-2: a ticket and its receipt, as the documents write them', async () => {
  const { attachTickets } = sessions();
  stub.play(answerOf('MW-2'));
  expect(await attachTickets(bench.call, issued)).toEqual({ kind: 'accepted', value: null });
  expect(multipart()).toBe(documentedText('MW-2'));
  const [request] = stub.seen;
  expect([request?.method, request?.url, request?.headers.authorization]).toEqual([
    'POST',
    documented('MW-3').path.replace(/state.*/, 'product'),
    TOKEN,
  ]);
});

test('Several tickets go in pairs, number before receipt, without indices; each file keeps its kind', async () => {
  const { attachTickets } = sessions();
  stub.play({ status: 204, body: '' });
  const tickets: IssuedTickets = {
    orderId: 'partner_order_id',
    tickets: [
      { number: '421-288879826', receipt: fileOf('first.PDF', 'one') },
      { number: '421-288879827', receipt: fileOf('second.doc', 'two') },
      { number: '421-288879828', receipt: fileOf('третий.docx', 'three') },
    ],
    transactionLetter: fileOf('letter.eml', 'dear sirs'),
  };
  expect(await attachTickets(bench.call, tickets)).toMatchObject({ kind: 'accepted' });
  const [number, receipt] = ['product[product_items][][ticket_number]', 'product[product_items][][ticket_receipt]'];
  expect(await parts()).toEqual([
    ['order_id', 'partner_order_id'],
    ['transaction_letter', 'letter.eml application/octet-stream 9'],
    ['product[product_type]', 'airline_tickets'],
    [number, '421-288879826'],
    [receipt, 'first.PDF application/pdf 3'],
    [number, '421-288879827'],
    [receipt, 'second.doc application/msword 3'],
    [number, '421-288879828'],
    [receipt, 'третий.docx application/vnd.openxmlformats-officedocument.wordprocessingml.document 5'],
  ]);
});

test('Of the files nothing is kept but how long they are', async () => {
  const { attachTickets } = sessions();
  stub.play(answerOf('MW-2'));
  await attachTickets(bench.call, issued);
  expect(bench.exchanges[0]?.request.body).toBe(
    [
      'order_id: 16 bytes',
      'product[product_type]: 15 bytes',
      'product[product_items][][ticket_number]: 3 bytes',
      'product[product_items][][ticket_receipt]: 21 bytes',
    ].join('\n'),
  );
});

const withReceipt = (receipt: IssuedTickets['tickets'][number]['receipt']): IssuedTickets => ({
  ...issued,
  tickets: [...issued.tickets, { number: '124', receipt }],
});

test.each<[field: string, what: string, tickets: IssuedTickets]>([
  ['tickets', 'ticket', { ...issued, tickets: [] }],
  ['tickets.0.number', 'empty', { ...issued, tickets: [{ number: ' ', receipt: fileOf('a.pdf') }] }],
  ['tickets.1.receipt', 'pdf', withReceipt(fileOf('photo.jpg'))],
  ['tickets.1.receipt', 'pdf', withReceipt(fileOf('pdf'))],
  ['tickets.1.receipt', 'empty', withReceipt(fileOf('a.pdf', ''))],
  ['tickets.1.receipt', '8000000', withReceipt(fileOf('a.pdf', new Uint8Array(8_000_001)))],
])('%s has to be right (%s), and nothing is sent', async (field, what, tickets) => {
  const { attachTickets, checkTickets } = sessions();
  stub.play(answerOf('MW-2'));
  expect(checkTickets(tickets)).toEqual([{ path: field.split('.'), message: expect.stringContaining(what) }]);
  const refusal = { errorCode: 'INVALID_INPUT', httpStatus: null };
  expect(await attachTickets(bench.call, tickets)).toMatchObject({ kind: 'rejected', refusal });
  expect(stub.seen).toEqual([]);
});

test('Eight million bytes go as they are', async () => {
  const { attachTickets } = sessions();
  stub.play(answerOf('MW-2'));
  const content = Buffer.alloc(8_000_000, 7);
  expect(await attachTickets(bench.call, withReceipt(fileOf('a.pdf', content)))).toMatchObject({ kind: 'accepted' });
  expect(stub.seen[0]?.body.includes(content)).toBe(true);
});

test('A file that breaks off is not accepted', async () => {
  const { attachTickets } = sessions();
  stub.play(answerOf('MW-2'));
  const broken = {
    name: 'a.pdf',
    size: 1_000,
    async *stream() {
      yield new Uint8Array(10);
      throw new Error('the upload was cut');
    },
  };
  expect(await attachTickets(bench.call, withReceipt(broken))).toMatchObject({
    kind: 'unknown',
    why: 'CONNECTION_LOST',
  });
});
