import type { Call } from '../../../src/connectors/connector.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import { qiwi } from '../../../src/connectors/qiwi/index.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { type ContractRead, type ContractWrite, connectorContract } from '../contract.ts';
import type { Script } from '../stub.ts';
import { answerOf, golden, rub } from './golden.ts';

/** The other half of QIWI's operations under the suite: history, webhooks, invoices, cards. */

const NUMBER = '78000008024';
const TOKEN = '68944212761e25f6fce457661cabba6c';
const SECRET_KEY = 'eyJ2ZXJzaW9uIjoiUDJQIn0=';
const HOOK = 'd63a8729-f5c8-486f-907d-9fb8758afcfc';
const HOOK_KEY = 'OikS4/CcIbSf+yYGnLbnOige8RGoYmGxs/LNMwkJy7Q=';
const ORDER = '920fa383-6209-4743-a5d1-883f473f7f95';
const BILL = 'cc961e8d-d4d6-4f02-b737-2297e51fb48e';

const ran = <T>(name: string, promise: Promise<T> | undefined): Promise<T> =>
  promise ?? Promise.reject(new Error(`${name} is absent`));

/** An error in the six-field form that all but payments answer (trap T6). */
const refusal = (status: number, code: string): Script => ({
  status,
  body: JSON.stringify({ serviceName: 'qiwi', errorCode: code, description: 'no', userMessage: 'нет' }),
});

const write = (
  name: string,
  accepted: Script,
  run: (connector: Connector, call: Call) => Promise<Outcome<unknown>> | undefined,
  more: Partial<ContractWrite> = {},
): ContractWrite => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  accepted: [accepted],
  refusal: { answer: refusal(423, 'too.many'), providerCode: 'too.many', remedy: 'RETRY_LATER' },
  ...more,
});

const read = (
  name: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  answer: Script,
  missingField: Script,
): ContractRead => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  answer,
  missingField,
  refusal: { answer: refusal(403, 'no.right'), providerCode: 'no.right' },
});

const replaced = (example: string, from: string, to: string, at = 0) =>
  answerOf(example, { at, replace: [[from, to]] });
// other fields of a bill may have any name
const bill = (golden('P2P').answers[0] ?? '').replace(/"customFields": \{[^}]*\},/, '');
const billWith = (from: string, to: string): Script => ({ status: 200, body: bill.replace(from, to) });
const keys = (pair: string): Script => ({ status: 200, body: pair });

const span = { from: new Date('2017-05-10T00:00:00+03:00'), to: new Date('2017-05-10T23:59:59+03:00') };
const order = {
  number: BILL,
  amount: rub(100n),
  dueAt: new Date('2025-12-10T09:02:00+03:00'),
  payer: { phone: '+78710009999', email: 'test@example.com' },
};

connectorContract({
  definition: qiwi,
  settings: (url) => ({ baseUrl: url }),
  wallet: { number: NUMBER, credentials: { token: TOKEN, p2pSecretKey: SECRET_KEY } },
  secrets: [
    NUMBER,
    TOKEN,
    SECRET_KEY,
    HOOK_KEY,
    'public-key-of-the-wallet',
    'secret-key-of-the-wallet',
    '44441111222233333',
    '78710009999',
    'test@example.com',
    'my@example.com',
  ],
  writes: [
    write(
      'webhooks.register',
      answerOf('HOK-1'),
      ({ webhooks }, call) =>
        webhooks?.hooks?.register(call, { url: 'http://example.com/callbacks/', directions: ['IN', 'OUT'] }),
      {
        missingField: replaced('HOK-1', `"hookId": "${HOOK}",`, ''),
        wrongEcho: [replaced('HOK-1', 'example.com', 'example.org'), replaced('HOK-1', 'BOTH', 'IN')],
      },
    ),
    write(
      'webhooks.rotateKey',
      answerOf('HOK-4', { status: 201 }),
      (c, call) => c.webhooks?.hooks?.rotateKey(call, HOOK),
      {
        missingField: keys('{}'),
      },
    ),
    write(
      'credentials.issue',
      keys('{"PublicKey": "public-key-of-the-wallet", "SecretKey": "secret-key-of-the-wallet"}'),
      (c, call) => c.credentials?.issue?.(call, { name: 'p2p', notificationsUrl: 'https://gateway.example/w' }),
      { missingField: keys('{"PublicKey": "public-key-of-the-wallet"}') },
    ),
    write('invoices.issue', { status: 200, body: bill }, (c, call) => c.invoices?.issue?.(call, order), {
      missingField: billWith(`"billId": "${BILL}",`, ''),
      wrongEcho: [billWith(BILL, 'another'), billWith('"1.00"', '"1.01"'), billWith('"RUB"', '"KZT"')],
      unmapped: billWith('"WAITING"', '"FROZEN"'),
      upstreamId: ({ url }) => url,
    }),
    write('invoices.cancel', billWith('"WAITING"', '"REJECTED"'), (c, call) => c.invoices?.cancel?.(call, BILL), {
      refusal: { answer: refusal(401, 'token'), providerCode: 'token', remedy: 'CHANGE_INPUT' },
    }),
    write('issuedCards.order', answerOf('MST-2'), (c, call) => c.issuedCards?.order(call, 'qvc-cpa'), {
      missingField: replaced('MST-2', `"id": "${ORDER}",`, ''),
      unmapped: replaced('MST-2', 'DRAFT', 'SKETCH'),
      wrongEcho: [replaced('MST-2', 'qvc-cpa', 'qvc-cpa-debit')],
    }),
    write('issuedCards.submit', answerOf('MST-3'), (c, call) => c.issuedCards?.submit(call, ORDER), {
      missingField: replaced('MST-3', '"cardId": "158619365"', '"cardId": null'),
      unmapped: replaced('MST-3', 'COMPLETED', 'ALMOST'),
      wrongEcho: [replaced('MST-3', ORDER, 'another')],
    }),
    write(
      'issuedCards.submit, to be paid',
      answerOf('MST-3', { at: 1 }),
      (c, call) => c.issuedCards?.submit(call, ORDER),
      {
        missingField: replaced('MST-3', '{ "amount": 99, "currency": 643 }', 'null', 1),
      },
    ),
    write('issuedCards.unblock', answerOf('MST-8'), (c, call) => c.issuedCards?.unblock(call, '1'), {
      missingField: keys('{}'),
    }),
    write('issuedCards.rename', answerOf('MST-10'), (c, call) => c.issuedCards?.rename(call, '1', 'new'), {
      missingField: keys('{}'),
    }),
    write('issuedCards.reveal', answerOf('MST-9'), (c, call) => c.issuedCards?.reveal(call, '158619365'), {
      missingField: replaced('MST-9', '"cvv": "111",', ''),
    }),
  ],
  reads: [
    read(
      'history.list',
      (c, call) => c.history?.list(call, span),
      answerOf('HIS-1'),
      replaced('HIS-1', '"txnId": 9309,', ''),
    ),
    read(
      'history.get',
      (c, call) => c.history?.get?.(call, '11233344692', 'OUT'),
      answerOf('HIS-3'),
      replaced('HIS-3', '"status": "WAITING",', ''),
    ),
    read(
      'history.totals',
      (c, call) => c.history?.totals?.(call, span),
      answerOf('HIS-2'),
      keys('{"incomingTotal": []}'),
    ),
    read('webhooks.active', (c, call) => c.webhooks?.hooks?.active(call), answerOf('HOK-5'), keys('{}')),
    read('webhooks.key', (c, call) => c.webhooks?.hooks?.key(call, HOOK), answerOf('HOK-4'), keys('{"key": ""}')),
    read(
      'invoices.get',
      (c, call) => c.invoices?.get?.(call, BILL),
      { status: 200, body: bill },
      billWith('"1.00"', 'null'),
    ),
    read(
      'invoices.list',
      (c, call) => c.invoices?.list(call, { direction: 'INCOMING' }),
      answerOf('INV-2'),
      replaced('INV-2', '"id": 1063702405,', ''),
    ),
    read(
      'issuedCards.list',
      (c, call) => c.issuedCards?.list(call),
      answerOf('MST-5'),
      replaced('MST-5', '"id": 133789472,', ''),
    ),
  ],
});
