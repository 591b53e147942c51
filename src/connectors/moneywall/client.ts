import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpBody, HttpRequest } from '../http.ts';
import { stringifyJson } from '../json.ts';
import type { Part } from '../multipart.ts';
import { anySuccess, bodyOf, type Reader, refundDone } from './answer.ts';
import type { MoneywallConfig } from './config.ts';
import * as wire from './wire.ts';

interface Ask<T> {
  /** Its id in the contract: `MW-1`. */
  operation: string;
  method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  path: string;
  body?: HttpBody;
  /** May it be repeated without effect? */
  safe: boolean;
  read: Reader<T>;
  /** Values cut out of recordings. */
  hide?: readonly string[];
}

const json = (body: Record<string, unknown>): HttpBody => ({ kind: 'json', text: stringifyJson(body) });

const queryOf = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/** The provider's API, one method per operation of the contract's index (2.0) and of A.2. Answers are parsed, refusals thrown. */
export function createClient({ baseUrl, token }: MoneywallConfig, { upstream }: ConnectorDeps) {
  const send = <T>(call: Call, { operation, method, path, body, safe, read, hide = [] }: Ask<T>): Promise<T> => {
    // the token alone, without a scheme (trap M21)
    const headers = { Authorization: token };
    const request: HttpRequest = { method, url: `${baseUrl}/api/partners${path}`, headers, ...(body ? { body } : {}) };
    return upstream.call(
      { operation, safe, request, hide: [token, ...hide], read: (answer) => read(operation, answer) },
      call.recorder,
    );
  };
  const get = <T>(call: Call, operation: string, path: string, read: Reader<T>) =>
    send(call, { operation, method: 'GET', path, safe: true, read });
  const post = <T>(call: Call, ask: Omit<Ask<T>, 'method'>) => send(call, { ...ask, method: 'POST' });
  return {
    start: (call: Call, body: Record<string, unknown>, hide: readonly string[]) =>
      post(call, {
        operation: 'MW-1',
        path: '/payments/init',
        body: json(body),
        safe: false,
        read: bodyOf(wire.started),
        hide,
      }),
    addTickets: (call: Call, parts: readonly Part[]) =>
      post(call, {
        operation: 'MW-2',
        path: '/payments/product',
        body: { kind: 'multipart', parts },
        safe: false,
        read: anySuccess,
      }),
    state: (call: Call, orderId: string) =>
      get(call, 'MW-3', `/payments/state?${queryOf({ order_id: orderId })}`, bodyOf(wire.state)),
    /** Never repeated (trap M16). */
    refund: (call: Call, body: Record<string, unknown>) =>
      post(call, { operation: 'MW-4', path: '/payments/refund', body: json(body), safe: false, read: refundDone }),
    states: (call: Call, span: { from: string; till: string }) =>
      get(call, 'A.2-states', `/payments/states?${queryOf(span)}`, bodyOf(wire.states)),
    /** Makes nothing, so it may be repeated. */
    validate: (call: Call, body: Record<string, unknown>, hide: readonly string[]) =>
      post(call, {
        operation: 'A.2-validate',
        path: '/credit_applications/validate',
        body: json(body),
        safe: true,
        read: bodyOf(wire.precheck),
        hide,
      }),
  };
}

export type MoneywallClient = ReturnType<typeof createClient>;
