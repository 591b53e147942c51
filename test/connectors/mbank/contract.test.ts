import type { Call } from '../../../src/connectors/connector.ts';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { type ContractWrite, connectorContract } from '../contract.ts';
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

/** A write that answers nothing which could be wrong: only what the transport proves is at stake. */
const plain = (
  name: string,
  example: string,
  providerCode: string,
  remedy: ContractWrite['refusal']['remedy'],
  run: (connector: Connector, call: Call) => Promise<Outcome<unknown>> | undefined,
): ContractWrite => ({
  name,
  run: (connector, call) => run(connector, call) ?? Promise.reject(new Error(`${name} is absent`)),
  accepted: [answerOf(example)],
  refusal: { answer: refusalOf(422, providerCode), providerCode, remedy },
});

const person = {
  lastName: 'Арсеньев',
  firstName: 'Алексей',
  middleName: null,
  birthDate: null,
  passport: '2202655885',
  passportIssuedAt: null,
  inn: null,
  snils: null,
};
const payout = {
  ...transit,
  order: { amount: rub(10_000n), serviceReference: '834', parameters: { phoneNumber: '9267101283' } },
};
const remittance = {
  number: '1',
  sender: { reference: '2', phone: PHONE },
  recipient: { reference: '3', phone: PHONE },
};

const plainWrites = [
  plain('topUps.create', 'G-28a', 'in_amount_limit_exceeded', 'CHANGE_INPUT', (c, call) =>
    c.topUps?.create?.(call, { ...topUp, reference: null }),
  ),
  plain('payouts.update', 'G-29b', 'invalid_payment_parameters', 'CHANGE_INPUT', (c, call) =>
    c.payouts?.update?.(call, { ...payout, reference: '25818' }, { phoneNumber: '9267101283' }),
  ),
  plain('payouts.confirm', 'G-29b', 'insufficient_funds', 'CHANGE_INPUT', (c, call) =>
    c.payouts?.confirm(call, { ...payout, reference: '25818' }, { payWith: {} }),
  ),
  plain('invoices.pay', 'G-51', 'invoice_is_canceled', 'NONE', (c, call) => c.invoices?.pay?.(call, 'a')),
  plain('invoices.cancel', 'G-50', 'invoice_cancelling_error', 'RETRY_LATER', (c, call) =>
    c.invoices?.cancel?.(call, 'a'),
  ),
  plain('linkedCards.remove', 'G-43', 'active_cards_limit', 'CHANGE_INPUT', (c, call) =>
    c.linkedCards?.remove(call, '62'),
  ),
  plain('wallets.activate', 'G-04', 'invalid_code', 'CHANGE_INPUT', (c, call) =>
    c.wallets?.activate?.(call, { phone: PHONE, code: '242321' }),
  ),
  plain('wallets.resendCode', 'G-05', 'resend_limit_exceeded', 'NONE', (c, call) =>
    c.wallets?.resendCode?.(call, { phone: PHONE }),
  ),
  plain('credentials.requestPasswordReset', 'G-06', 'failure_limit_exceeded', 'NONE', (c, call) =>
    c.credentials?.requestPasswordReset?.(call, { phone: PHONE }),
  ),
  plain('credentials.resetPassword', 'G-07', 'code_expired', 'CHANGE_INPUT', (c, call) =>
    c.credentials?.resetPassword?.(call, { phone: PHONE, code: '934879', password: 'newSecret7' }),
  ),
  plain('identification.submit', 'G-10', 'duplicate_person', 'NONE', (c, call) =>
    c.identification?.submit?.(call, person),
  ),
  plain('profiles.setSettings', 'G-16', 'invalid_phone', 'CHANGE_INPUT', (c, call) =>
    c.profiles?.setSettings?.(call, { email: 'test@wallet.best' }),
  ),
  plain('profiles.setPicture', 'G-12', 'invalid_phone', 'CHANGE_INPUT', (c, call) =>
    c.profiles?.setPicture?.(call, { name: 'a.png', contentType: 'image/png', content: new Uint8Array([1]) }),
  ),
  plain('profiles.removePicture', 'G-13', 'invalid_phone', 'CHANGE_INPUT', (c, call) =>
    c.profiles?.removePicture?.(call),
  ),
  plain('services.request', 'G-24', 'missing_title', 'CHANGE_INPUT', (c, call) =>
    c.services?.request?.(call, 'Новый сервис'),
  ),
  plain('templates.create', 'G-52', 'service_not_found', 'NONE', (c, call) =>
    c.templates?.create(call, { serviceReference: '1000' }),
  ),
  plain('templates.update', 'G-55', 'service_not_found', 'NONE', (c, call) =>
    c.templates?.update(call, 'a', { name: 'b' }),
  ),
  plain('templates.remove', 'G-56', 'service_not_found', 'NONE', (c, call) => c.templates?.remove(call, 'a')),
  plain('remittances.record', 'G-37', 'empty_request', 'NONE', (c, call) => c.remittances?.record(call, remittance)),
  plain('remittances.markSeen', 'G-39', 'report_in_progress', 'RETRY_LATER', (c, call) =>
    c.remittances?.markSeen?.(call),
  ),
  plain('history.markSeen', 'G-35', 'report_in_progress', 'RETRY_LATER', (c, call) => c.history?.markSeen?.(call)),
];

connectorContract({
  definition: mbank,
  settings: (url) => ({ baseUrl: url, phone: PHONE, password: PASSWORD }),
  secrets: [
    PASSWORD,
    'Kzc5MjYxMTExMTExOnBAc3N3MHJE',
    PHONE,
    '+79261111112',
    '9267101283',
    'newSecret7',
    'французских',
    'Арсеньев',
    '2202655885',
    'test@wallet.best',
    '242321',
    '934879',
  ],
  writes: [
    ...plainWrites,
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
