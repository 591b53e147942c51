import type { z } from 'zod';
import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { stringifyJson } from '../json.ts';
import { isRefusal, readAnswer, refusal } from './answer.ts';
import { uuid, type VsePlatezhiConfig } from './config.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** One documented operation as the client states it. */
export interface Ask<T> {
  /** Its name in the contract: `account.info`. */
  operation: string;
  method: 'GET' | 'POST';
  /** After `/api/wallet/v1/account`. */
  path: string;
  /** In the order in which they are sent; undefined ones are left out. */
  query?: readonly (readonly [name: string, value: string | undefined])[];
  /** Undefined fields are left out. Absent: no body. */
  json?: Record<string, unknown>;
  /** May it be repeated without effect? GET is no proof of that (trap T-05). */
  safe: boolean;
  schema: z.ZodType<T>;
  /** Values cut out of recordings. */
  hide?: readonly string[];
}

/** The provider behind one function. */
export interface Transport {
  config: VsePlatezhiConfig;
  tokens: Tokens;
  /** The id of the wallet that a call is made for. @throws ProviderRejected when there is none; nothing is sent */
  walletIdOf(call: Call, operation: string): string;
  /** @throws ProviderRejected, ProviderUnavailable, ProtocolError */
  send<T>(call: Call, ask: Ask<T>): Promise<T>;
}

const MEDIA_TYPE = 'application/json; charset=utf-8';

/** Builds the transport of one provider account. */
export function createTransport(config: VsePlatezhiConfig, deps: ConnectorDeps): Transport {
  const tokens = createTokens(config, deps);
  const root = `${config.baseUrl}/api/wallet/v1/account`;

  const once = async <T>(call: Call, ask: Ask<T>, again: boolean): Promise<T> => {
    const { operation, safe } = ask;
    const token = await tokens.current(call);
    const request: HttpRequest = {
      method: ask.method,
      url: urlOf(root + ask.path, ask.query),
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json', 'Content-Type': MEDIA_TYPE },
    };
    if (ask.method === 'POST')
      request.body = { kind: 'json', text: ask.json ? stringifyJson(ask.json) : '', contentType: MEDIA_TYPE };
    const hide = [token, ...(ask.hide ?? [])];
    const read = (answer: HttpAnswer) => readAnswer(operation, answer, ask.schema);
    try {
      return await deps.upstream.call({ operation, safe, request, hide, read }, call.recorder);
    } catch (error) {
      if (!isRefusal(error, (status) => status === 401)) throw error;
      tokens.refused(token);
      if (again) throw error;
      // a 401 proves that nothing was done, so even a movement of money may go once more with another token
      return once(call, ask, true);
    }
  };

  return {
    config,
    tokens,
    walletIdOf(call, operation) {
      const wallet = call.wallet;
      const id = uuid.safeParse(wallet ? (wallet.credentials['walletId'] ?? wallet.number) : config.walletId);
      if (id.success) return id.data;
      throw refusal(operation, 'The credentials lack the walletId, a UUID.', {
        errorCode: 'NOT_SUPPORTED',
        declineReason: 'PROVIDER_REFUSED',
        blame: 'PROVIDER',
      });
    },
    send: (call, ask) => once(call, ask, false),
  };
}

function urlOf(base: string, query: Ask<unknown>['query'] = []): string {
  const text = query
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
  return text === '' ? base : `${base}?${text}`;
}
