import { mbank } from '../../../src/connectors/mbank/index.ts';
import { connectorContract } from '../contract.ts';
import { answerOf, PASSWORD, PHONE, refusalOf, rub } from './golden.ts';

const clientId = '071c6d23-7508-4e35-ad92-852308a47677';
const transfer = {
  clientId,
  reference: null,
  order: {
    amount: rub(10_000n),
    recipientPhone: '+79261111112',
    note: 'Съешь ещё этих мягких французских булок, да выпей чаю',
  },
};
const topUp = {
  clientId: '071c6d23-7508-4e35-ad92-852308a47678',
  reference: '1401089237212',
  order: { amount: rub(10_000n) },
};
const transit = {
  clientId: '021c6d23-7508-4e35-ad92-852308a47689',
  reference: null,
  order: { amount: rub(10_000n), serviceReference: '834', parameters: { phoneNumber: '9267101283' }, anonymous: false },
};

connectorContract({
  definition: mbank,
  settings: (url) => ({ baseUrl: url, phone: PHONE, password: PASSWORD }),
  secrets: [PASSWORD, 'Kzc5MjYxMTExMTExOnBAc3N3MHJE', PHONE, '+79261111112', '9267101283', 'newSecret7', 'французских'],
  writes: [
    {
      name: 'transfers.create',
      run: async ({ transfers }, call) => transfers?.create?.(call, transfer) ?? Promise.reject(new Error('absent')),
      accepted: [answerOf('G-27')],
      refusal: {
        answer: refusalOf(422, 'insufficient_funds'),
        providerCode: 'insufficient_funds',
        remedy: 'CHANGE_INPUT',
      },
      missingField: answerOf('G-27', ['"amount": 100,', '']),
      unmapped: answerOf('G-27', ['"status": "created"', '"status": "frozen"']),
      wrongEcho: [
        answerOf('G-27', ['"amount": 100,', '"amount": 100.01,']),
        answerOf('G-27', ['+79261111112', '+79261111113']),
        answerOf('G-27', ['"p2p"', '"out"']),
        answerOf('G-27', [clientId, 'ffffffff-7508-4e35-ad92-852308a47677']),
      ],
      upstreamId: (request) => JSON.parse(request.body.toString()).client_payment_id,
    },
    {
      name: 'transits.create',
      run: async ({ transits }, call) => transits?.create?.(call, transit) ?? Promise.reject(new Error('absent')),
      accepted: [answerOf('G-29a')],
      refusal: { answer: refusalOf(422, 'service_not_found'), providerCode: 'service_not_found', remedy: 'NONE' },
      wrongEcho: [answerOf('G-29a', ['"id": 834', '"id": 835'])],
      upstreamId: (request) => JSON.parse(request.body.toString()).client_payment_id,
    },
    {
      name: 'topUps.confirm',
      run: async ({ topUps }, call) => topUps?.confirm(call, topUp, {}) ?? Promise.reject(new Error('absent')),
      accepted: [answerOf('G-28b')],
      refusal: { answer: refusalOf(404, 'card_not_found'), providerCode: 'card_not_found', remedy: 'NONE' },
      missingField: answerOf('G-28b', ['"status": "processing",', '']),
      unmapped: answerOf('G-28b', ['"status": "processing"', '"status": "on_hold"']),
      wrongEcho: [
        answerOf('G-28b', ['"amount": 100, "total"', '"amount": 1000, "total"']),
        answerOf('G-28b', ['"id": 1401089237212', '"id": 1401089237213']),
      ],
    },
    {
      name: 'linkedCards.link',
      run: async ({ linkedCards }, call) =>
        linkedCards?.link(call, { successUrl: 'http://ya.ru', failureUrl: 'http://google.com', embedded: false }) ??
        Promise.reject(new Error('absent')),
      accepted: [answerOf('G-40')],
      refusal: {
        answer: refusalOf(422, 'active_cards_limit'),
        providerCode: 'active_cards_limit',
        remedy: 'CHANGE_INPUT',
      },
      missingField: answerOf('G-40', ['"id": 62, ', '']),
      unmapped: answerOf('G-40', ['"pending"', '"melting"']),
    },
    {
      name: 'invoices.create',
      run: async ({ invoices }, call) =>
        invoices?.create?.(call, { payerPhone: '+12345671157', amount: rub(10_000n) }, []) ??
        Promise.reject(new Error('absent')),
      accepted: [answerOf('G-46'), answerOf('G-48')],
      refusal: { answer: refusalOf(422, 'payer_not_exists'), providerCode: 'payer_not_exists', remedy: 'CHANGE_INPUT' },
    },
    {
      name: 'invoices.duplicate',
      run: async ({ invoices }, call) =>
        invoices?.duplicate?.(call, '5422cf7cb7f47b54010041a7') ?? Promise.reject(new Error('absent')),
      accepted: [answerOf('G-49')],
      refusal: { answer: refusalOf(404, 'invalid_invoice'), providerCode: 'invalid_invoice', remedy: 'NONE' },
      missingField: answerOf('G-49', ['"amount": 1050, ', '']),
    },
    {
      name: 'wallets.open',
      run: async ({ wallets }, call) =>
        wallets?.open?.(call, { phone: PHONE, password: 'newSecret7' }) ?? Promise.reject(new Error('absent')),
      accepted: [answerOf('G-03')],
      refusal: { answer: refusalOf(422, 'phone_already_exists'), providerCode: 'phone_already_exists', remedy: 'NONE' },
    },
  ],
  reads: [
    {
      name: 'wallets.load',
      run: async ({ wallets }, call) => wallets?.load(call),
      answer: answerOf('G-08'),
      refusal: { answer: refusalOf(401), providerCode: null },
      missingField: answerOf('G-08', ['"amount": 1237, "level"', '"level"']),
    },
    {
      name: 'history.list',
      run: async ({ history }, call) => history?.list(call, {}),
      answer: answerOf('G-34'),
      refusal: { answer: refusalOf(403, 'insufficient_scope', 'payments.read'), providerCode: 'insufficient_scope' },
      missingField: answerOf('G-34', ['"amount": 55, ', '']),
    },
    {
      name: 'topUps.ask',
      run: async ({ topUps }, call) => topUps?.ask(call, { ...topUp, reference: '1401089237231' }),
      answer: answerOf('G-33a'),
      refusal: { answer: refusalOf(401), providerCode: null },
      missingField: answerOf('G-33a', ['"created_at": "2014-07-01T08:31:24.058Z", ', '']),
    },
  ],
});
