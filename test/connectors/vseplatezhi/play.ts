import { afterAll, afterEach, beforeAll } from 'vitest';
import type { PaymentHandle, PayoutOrder } from '../../../src/connectors/payments.ts';
import { vseplatezhi } from '../../../src/connectors/vseplatezhi/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Script, type SeenRequest, type Stub, startStub } from '../stub.ts';
import { answerOf, BANK, CREATED, MERCHANT, rub, WALLET } from './golden.ts';

export let stub: Stub;
export let bench: Bench;
/** What the connector's clock says; a test may move it. */
export const clock = { at: new Date(0), now: () => clock.at };

export const credentials = { clientId: 'partner-1', clientSecret: 'secret-1', partnerId: '42' };

/** Starts the stub for a file of tests, and closes what each test has opened. */
export function withStub(): void {
  beforeAll(async () => {
    stub = await startStub();
  });
  afterEach(() => bench.close());
  afterAll(() => stub.close());
}

/** Opens the connector for the wallet of the examples, at 2024-07-09 15:00 in Moscow. */
export function open(settings: Record<string, string> = {}): Bench {
  clock.at = new Date('2024-07-09T12:00:00Z');
  bench = openBench({
    definition: vseplatezhi,
    settings: { baseUrl: stub.url, ...credentials, ...settings },
    wallet: { number: '4000000000000017', credentials: { walletId: WALLET } },
    clock,
  });
  return bench;
}

const isToken = (request: SeenRequest): boolean => request.url === '/oauth/token';

/** Plays answers to calls, one after another; the last one is repeated. Tokens are sold beside them. */
export function play(...answers: Script[]): void {
  const queue = [...answers];
  stub.play((request) => {
    if (isToken(request)) return answerOf('V-13');
    return (queue.length > 1 ? queue.shift() : queue[0]) ?? 'RESET';
  });
}

/** The calls that came, without the purchases of tokens. */
export const calls = (): SeenRequest[] => stub.seen.filter((request) => !isToken(request));

/** An order as payees form it. */
export const toMerchant = (about: Partial<PaymentHandle<PayoutOrder>> = {}): PaymentHandle<PayoutOrder> => ({
  clientId: CREATED,
  reference: null,
  order: { amount: rub(125_050n), serviceReference: 'merchant', parameters: { tsp: MERCHANT } },
  ...about,
});
export const toBank = (about: Partial<PaymentHandle<PayoutOrder>> = {}): PaymentHandle<PayoutOrder> => ({
  clientId: CREATED,
  reference: null,
  order: { amount: rub(50_000n), serviceReference: 'withdrawal', parameters: { bankIdentifier: BANK } },
  ...about,
});

/** Lines of a report as the provider writes them. */
export const reportOf = (...lines: [type: string, date: string, amount: string, tcp?: string][]): Script => ({
  status: 200,
  body: `{"content":[${lines
    .map(
      ([operationType, operationDate, amount, tcp]) =>
        `{"operationType":"${operationType}","description":"text","operationDate":"${operationDate}","amount":${amount},` +
        `"formattedAmount":"${amount.replaceAll('"', '')}","tcp":${tcp ? `"${tcp}"` : 'null'}}`,
    )
    .join()}]}`,
});
