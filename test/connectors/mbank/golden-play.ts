import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import { parseJson, stringifyJson } from '../../../src/connectors/json.ts';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import type { Outcome } from '../../../src/connectors/outcome.ts';
import type { Connector } from '../../../src/connectors/registry.ts';
import { type Bench, openBench } from '../kit.ts';
import { type SeenRequest, type Stub, startStub } from '../stub.ts';
import { answerOf, golden, rub } from './golden.ts';

/**
 * Every golden example of the contract (section 5): what we send is the documented request, to the header and the
 * field; what we read is the documented answer, to the last unified value.
 */

export let stub: Stub;
export let bench: Bench;

/** Starts the stub for a file of golden tests, and closes what each test has opened. */
export function goldenTests(): void {
  beforeAll(async () => {
    stub = await startStub();
  });
  afterEach(() => bench.close());
  afterAll(() => stub.close());
}

/** Opens the connector by hand, where an example takes more than one answer. */
export function openWith(options: Omit<Parameters<typeof openBench>[0], 'definition'>): Bench {
  bench = openBench({ definition: mbank, ...options });
  return bench;
}

const usual = 'Basic Kzc5MjYxMTExMTExOnBAc3N3MHJE';
const wallets: Record<string, { phone: string; password?: string; accessToken?: string }> = {
  'Basic Kzc5MjYxMTExMTExOnBAc3N3MHJE': { phone: '+79261111111', password: 'p@ssw0rD' },
  'Basic Kzc5MjYxMTExMTExOnBhc3N3b3Jk': { phone: '+79261111111', password: 'password' },
  'Basic KzEyMzQ1Njc1NTc4OnBhc3N3b3Jk': { phone: '+12345675578', password: 'password' },
  'Bearer b48a991e-e010-4329-9817-f8389a774c45': {
    phone: '+79261111111',
    accessToken: 'b48a991e-e010-4329-9817-f8389a774c45',
  },
};

/** Plays an example and answers what the connector made of it, having compared the request. */
export async function play(
  id: string,
  run: (connector: Connector, call: Call) => Promise<unknown> | undefined,
  options: { replace?: [string, string][]; before?: string; settings?: Record<string, string> } = {},
): Promise<unknown> {
  const example = golden(id);
  // an answer without its request was asked for with the usual credentials
  const authorization = example.request ? (example.request.headers['authorization'] ?? '') : usual;
  const wallet = wallets[authorization];
  bench = openBench({
    definition: mbank,
    settings: {
      baseUrl: stub.url,
      mserverUrl: `${stub.url}/mserver2-dev`,
      clientId: 'mbank_storefront',
      clientSecret: 'oklol',
      webhookClientId: 'mserver',
      webhookClientToken: 'token',
      ...options.settings,
    },
    wallet: wallet
      ? {
          number: wallet.phone,
          credentials: {
            ...(wallet.password ? { password: wallet.password } : {}),
            ...(wallet.accessToken ? { accessToken: wallet.accessToken } : {}),
          },
        }
      : null,
  });
  const answer = answerOf(id, ...(options.replace ?? []));
  stub.play(...(options.before ? [answerOf(options.before), answer] : [answer]));
  const result = await run(bench.connector, bench.call);
  const request = stub.seen[options.before ? 1 : 0];
  if (example.request) expect(sent(request, example.request.headers)).toEqual(documented(id));
  return result;
}

/** The parts of a request that an example states. */
export function documented(id: string) {
  const { request } = golden(id);
  // pages of 2014 show the same call against the core (H, V)
  const path = request?.path.replace(/^\/mserver2-dev(?=\/v1\/(payments|wallet$))/, '') ?? '';
  const { host, accept, ...headers } = request?.headers ?? {};
  return {
    method: request?.method,
    ...address(path),
    headers,
    body: bodyOf(request?.body ?? '', headers['content-type']),
  };
}

/** The same parts of a request that came. */
export function sent(request: SeenRequest | undefined, wanted: Record<string, string>) {
  const mandatory = ['authorization', 'content-type', 'x-authorization-type', 'accept-language'];
  const headers = Object.fromEntries(
    Object.entries(request?.headers ?? {}).filter(
      ([name]) => mandatory.includes(name) || (name in wanted && !['host', 'accept'].includes(name)),
    ),
  );
  return {
    method: request?.method,
    ...address(request?.url ?? ''),
    headers,
    body: bodyOf(request?.body.toString() ?? '', headers['content-type'] as string | undefined),
  };
}

function address(path: string) {
  const url = new URL(path, 'http://x');
  return { path: url.pathname, query: [...url.searchParams].sort() };
}

function bodyOf(text: string, type: string | undefined): unknown {
  if (type === 'application/x-www-form-urlencoded') return [...new URLSearchParams(text)].sort();
  return text === '' ? '' : JSON.parse(stringifyJson(parseJson(text)));
}

/** The value of an outcome that has to be accepted. */
export const value = (outcome: unknown): unknown => {
  expect(outcome).toMatchObject({ kind: 'accepted' });
  return (outcome as Outcome<unknown> & { value: unknown }).value;
};

export const order = { amount: rub(10_000n) };
export const megafon = { ...order, serviceReference: '834', parameters: { phoneNumber: '9267101283' } };
export const id689 = '021c6d23-7508-4e35-ad92-852308a47689';
export const at = (reference: string, clientId = '') => ({ clientId, reference });
