import { afterAll } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { vseplatezhi } from '../../../src/connectors/vseplatezhi/index.ts';
import { type ContractRead, type ContractWrite, connectorContract } from '../contract.ts';
import { type Script, startStub } from '../stub.ts';
import { answerOf, CREATED, refusalOf, rub, TOKEN, WALLET } from './golden.ts';
import { credentials, toBank, toMerchant } from './play.ts';

// tokens are sold elsewhere, so that each case counts the calls that it is about
const authorization = await startStub();
authorization.play(answerOf('V-13'));
afterAll(() => authorization.close());

const ran = <T>(name: string, promise: Promise<T> | undefined): Promise<T> =>
  promise ?? Promise.reject(new Error(`${name} is absent`));

const another: [string, string] = [WALLET, '00000000-7c1e-4d0a-9f4e-2a6d5c8b7e10'];
const refusal = {
  answer: refusalOf('INSUFFICIENT_FUNDS'),
  providerCode: 'INSUFFICIENT_FUNDS',
  remedy: 'CHANGE_INPUT',
} as const;

const write = (
  name: string,
  example: string,
  run: (connector: Connector, call: Call) => Promise<Outcome<unknown>> | undefined,
  more: Partial<ContractWrite> = {},
): ContractWrite => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  accepted: [answerOf(example)],
  refusal,
  ...more,
});

const writes: ContractWrite[] = [
  write(
    'wallets.register',
    'V-01',
    (c, call) => c.wallets?.register?.(call, { phone: '+79261234567', level: 'NONE' }),
    {
      missingField: answerOf('V-01', { replace: [['walletId', 'id']] }),
    },
  ),
  write('wallets.close', 'V-03', (c, call) => c.wallets?.close?.(call), {
    missingField: answerOf('V-03', { replace: [['walletId', 'id']] }),
    wrongEcho: [answerOf('V-03', { replace: [another] })],
  }),
  write(
    'identification.vouch',
    'V-04',
    (c, call) => c.identification?.vouch?.(call, { phone: '+79261234567', level: 'SIMPLIFIED' }),
    {
      missingField: answerOf('V-04', { replace: [['identification', 'level']] }),
      wrongEcho: [
        answerOf('V-04', { replace: [another] }),
        answerOf('V-04', { replace: [['PERSONALIZED', 'IDENTIFIED']] }),
      ],
    },
  ),
  write(
    'topUps.confirm',
    'V-06',
    (c, call) => c.topUps?.confirm(call, { clientId: CREATED, reference: null, order: { amount: rub(100_000n) } }, {}),
    {
      missingField: answerOf('V-06', { replace: [['"amount"', '"sum"']] }),
      wrongEcho: [answerOf('V-06', { replace: [['1000.00', '10.00']] })],
    },
  ),
  write('payouts.create', 'V-07', (c, call) => c.payouts?.create?.(call, toMerchant()), {
    missingField: answerOf('V-07', { replace: [['token', 'id']] }),
    wrongEcho: [answerOf('V-07', { replace: [another] })],
  }),
  write(
    'payouts.confirm of a merchant',
    'V-08',
    (c, call) => c.payouts?.confirm(call, toMerchant({ reference: TOKEN }), {}),
    {
      missingField: answerOf('V-08', { replace: [['token', 'id']] }),
      wrongEcho: [
        answerOf('V-08', { replace: [another] }),
        answerOf('V-08', { replace: [[TOKEN, '00000000-5e64-4b39-a0d3-91f8b6e4c725']] }),
      ],
      upstreamId: (request) => JSON.parse(request.body.toString()).token,
    },
  ),
  write('payouts.confirm of a withdrawal', 'V-10', (c, call) => c.payouts?.confirm(call, toBank(), {}), {
    wrongEcho: [answerOf('V-10', { replace: [another] }), answerOf('V-10', { replace: [['500.00', '500.01']] })],
  }),
  write('limits.set', 'V-12', (c, call) =>
    c.limits?.set?.(call, [{ kind: 'PAYMENT', window: 'MONTH', max: rub(2_000_000n), enabled: true }]),
  ),
];

const read = (
  name: string,
  example: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  missing: [from: string, to: string],
): ContractRead => ({
  name,
  run: (connector, call) => ran(name, run(connector, call)),
  answer: answerOf(example),
  refusal: { answer: { status: 403, body: '' } satisfies Script, providerCode: null },
  missingField: answerOf(example, { replace: [missing] }),
});

const reads: ContractRead[] = [
  read('wallets.load', 'V-02', (c, call) => c.wallets?.load(call), ['"balance"', '"money"']),
  read('balances.list', 'V-02', (c, call) => c.balances?.list(call), ['"balance"', '"money"']),
  read('history.list', 'V-05', (c, call) => c.history?.list(call, {}), ['"operationDate"', '"date"']),
  read('payees.banks', 'V-09', (c, call) => c.payouts?.payees?.banks?.(call), ['"bankIdentifier"', '"id"']),
  read('limits.list', 'V-11', (c, call) => c.limits?.list(call), ['"enabled"', '"on"']),
];

connectorContract({
  definition: vseplatezhi,
  settings: (url) => ({ baseUrl: url, tokenUrl: `${authorization.url}/oauth/token`, ...credentials }),
  wallet: { number: '4000000000000017', credentials: { walletId: WALLET } },
  clock: { now: () => new Date('2024-07-09T12:00:00Z') },
  secrets: ['5f0d6f3e-access', '9a7b1c2d-refresh', 'secret-1', '9261234567', '4000000000000017', 'qr.nspk.ru'],
  writes,
  reads,
});
