import type { Call } from '../../../src/connectors/connector.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import { qiwi } from '../../../src/connectors/qiwi/index.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { type ContractRead, type ContractWrite, connectorContract } from '../contract.ts';
import type { Script } from '../stub.ts';
import { answerOf, rub } from './golden.ts';

const NUMBER = '79115221133';
const TOKEN = 'YUu2qw048gtdsvlk3iu';
const CARD = '4256111122221231';
const PASSPORT = '4400111222';

/** A refusal in the form that the documents have shown (trap T6). */
const refusalOf = (code: string): Script => ({ status: 400, body: `{"code":"QWPRC-${code}","message":"нет"}` });

const transfer = {
  clientId: '1514296828893',
  reference: null,
  order: { amount: rub(9_901n), recipientPhone: '+79261112233', note: 'comment' },
};
const payout = {
  clientId: '21131343',
  reference: null,
  order: { amount: rub(100_000n), serviceReference: '1963', parameters: { account: CARD } },
};
const tenge = { minor: 1_000n, currency: 'KZT' };
const conversion = {
  clientId: '150217833198900',
  reference: null,
  order: { amount: tenge, fromCurrency: 'RUB', recipientPhone: '+79121238345' },
};
const owner = {
  firstName: 'Иван',
  middleName: 'Иванович',
  lastName: 'Арсеньев',
  birthDate: '1998-02-11',
  passport: PASSPORT,
  passportIssuedAt: null,
  inn: null,
  snils: null,
};

const ran = <T>(name: string, promise: Promise<T> | undefined): Promise<T> =>
  promise ?? Promise.reject(new Error(`${name} is absent`));

const idOf: ContractWrite['upstreamId'] = (request) => JSON.parse(request.body.toString()).id;

/** A payment's one call: what its answer repeats is compared with what was ordered. */
const payment = (
  name: string,
  example: string,
  run: (connector: Connector, call: Call) => Promise<Outcome<unknown>> | undefined,
  [id, amount, currency]: [id: string, amount: string, currency: string],
  echoed: [from: string, to: string][] = [],
): ContractWrite => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  accepted: [answerOf(example, { replace: echoed })],
  refusal: { answer: refusalOf('220'), providerCode: '220', remedy: 'CHANGE_INPUT' },
  missingField: answerOf(example, { replace: [...echoed, ['"transaction"', '"another"']] }),
  unmapped: answerOf(example, { replace: [...echoed, ['Accepted', 'Invented']] }),
  wrongEcho: [
    answerOf(example, { replace: [...echoed, [`"${id}"`, '"1"']] }),
    answerOf(example, { replace: [...echoed, [`"amount": ${amount}`, '"amount": 0.01']] }),
    answerOf(example, { replace: [...echoed, [`"currency": "${currency}"`, '"currency": "840"']] }),
  ],
  upstreamId: idOf,
});

/** A write that answers nothing which could be wrong: only what the transport proves is at stake. */
const plain = (
  name: string,
  example: string,
  run: (connector: Connector, call: Call) => Promise<Outcome<unknown>> | undefined,
): ContractWrite => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  accepted: [answerOf(example)],
  refusal: { answer: { status: 403, body: '' }, providerCode: null, remedy: 'CHANGE_INPUT' },
});

const writes: ContractWrite[] = [
  payment('transfers.confirm', 'PAY-4', (c, call) => c.transfers?.confirm(call, transfer, {}), [
    transfer.clientId,
    '99.01',
    '643',
  ]),
  payment('payouts.confirm', 'PAY-10', (c, call) => c.payouts?.confirm(call, payout, {}), [
    payout.clientId,
    '1000',
    '643',
  ]),
  payment(
    'exchange.confirm',
    'PAY-5',
    (c, call) => c.exchange?.confirm(call, conversion, {}),
    [conversion.clientId, '10,', '398'],
    [['"amount": 100,', '"amount": 10,']],
  ),
  plain('identification.submit', 'IDN-1', (c, call) =>
    c.identification?.submit?.({ ...call, wallet: { number: '79111234567', credentials: { token: TOKEN } } }, owner),
  ),
  plain('downgrades.request', 'IDN-3', (c, call) => c.identification?.downgrades?.request(call, 'SIMPLIFIED')),
  plain('downgrades.confirm', 'IDN-4', (c, call) => c.identification?.downgrades?.confirm(call, 'a')),
];

const forbidden = { answer: { status: 403, body: '{"code":"no"}' } satisfies Script, providerCode: 'no' };

const read = (
  name: string,
  example: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  missing: [from: string, to: string],
): ContractRead => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  answer: answerOf(example),
  refusal: forbidden,
  missingField: answerOf(example, { replace: [missing] }),
});

const reads: ContractRead[] = [
  read('balances.sources', 'BAL-1', (c, call) => c.balances?.sources?.(call), ['"hasBalance"', '"has"']),
  read('balances.offered', 'BAL-3', (c, call) => c.balances?.offered?.(call), ['"currency"', '"money"']),
  read('wallets.load', 'PRF-1', (c, call) => c.wallets?.load({ ...call, wallet: null }), ['"contractId"', '"id"']),
  read('identification.load', 'IDN-2', (c, call) => c.identification?.load?.(call), ['"type"', '"kind"']),
  read('limits.list', 'LIM-1', (c, call) => c.limits?.list(call, ['TURNOVER']), ['"rest"', '"left"']),
  read('limits.restrictions', 'RST-1', (c, call) => c.limits?.restrictions?.(call), ['"restrictionCode"', '"code"']),
  read('profiles.nickname', 'PAY-3', (c, call) => c.profiles?.nickname?.(call), ['"nickname"', '"name"']),
  read('exchange.rates', 'PAY-6', (c, call) => c.exchange?.rates(call), ['"result"', '"rates"']),
  read(
    'quotes.quote',
    'PAY-1',
    (c, call) => c.quotes?.quote(call, { amount: rub(1_000n), serviceReference: '99', account: '380995238345' }),
    ['"qwCommission"', '"commission"'],
  ),
  read('services.forPhone', 'PAY-8', (c, call) => c.services?.forPhone?.(call, '+79270010101'), [
    '"mobileOperatorProviderList"',
    '"list"',
  ]),
  read('services.forCard', 'PAY-9', (c, call) => c.services?.forCard?.(call, CARD), ['"elements"', '"parts"']),
  read('services.list', 'PAY-18', (c, call) => c.services?.list(call, { search: 'МТС' }), ['"items"', '"found"']),
];

connectorContract({
  definition: qiwi,
  settings: (url) => ({ baseUrl: url, wallet: NUMBER, token: TOKEN }),
  wallet: { number: `+${NUMBER}`, credentials: { token: TOKEN } },
  clock: { now: () => new Date('2020-01-01T00:00:00Z') },
  secrets: [TOKEN, NUMBER, CARD, PASSPORT, '9261112233', '9121238345', 'Арсеньев', '1122333000', '7710000001'],
  writes,
  reads,
});
