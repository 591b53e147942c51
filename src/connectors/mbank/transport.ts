import type { z } from 'zod';
import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpAnswer, HttpBody, HttpRequest } from '../http.ts';
import { stringifyJson } from '../json.ts';
import { type Answer, protocol, success } from './answer.ts';
import { type Auth, type Authenticator, createAuthenticator, isStaleToken } from './auth.ts';
import type { MbankConfig } from './config.ts';

/** One documented operation as the client states it. */
export interface Ask<D> {
  operation: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Which of the provider's three APIs (contract 1.1). Default: the client API. */
  api?: 'client' | 'mserver' | 'application';
  path: string;
  query?: Record<string, string | undefined>;
  /** Undefined fields are left out. 'EMPTY': the media type without a body, as documented for pay. */
  json?: Record<string, unknown> | 'EMPTY';
  multipart?: HttpBody;
  headers?: Record<string, string>;
  auth: Auth;
  /** May it be repeated without effect? GETs that change something are not (trap T-07). */
  safe: boolean;
  data: z.ZodType<D>;
  /** Values cut out of recordings. */
  hide?: string[];
}

/** The provider's three APIs behind one function. */
export interface Transport {
  config: MbankConfig;
  authenticator: Authenticator;
  /** @throws ProviderRejected, ProviderUnavailable, ProtocolError */
  send<D>(call: Call, ask: Ask<D>): Promise<Answer<D>>;
  /** The same for conditional loading: null when nothing has changed (304, contract 1.7). */
  sendIfChanged<D>(call: Call, ask: Ask<D>): Promise<Answer<D> | null>;
}

/** Builds the transport of one provider account. */
export function createTransport(config: MbankConfig, deps: ConnectorDeps): Transport {
  const authenticator = createAuthenticator(config, deps);
  const roots = {
    client: `${config.baseUrl}/v1`,
    mserver: `${config.mserverUrl}/v1`,
    application: `${config.mserverUrl}/application`,
  };

  const once = async <D>(call: Call, ask: Ask<D>, freshToken: boolean): Promise<Answer<D> | null> => {
    const { operation, auth, safe } = ask;
    const credential = await authenticator.credentialFor(call, { operation, auth, bare: ask.api === 'application' });
    const request: HttpRequest = {
      method: ask.method,
      url: urlOf(roots[ask.api ?? 'client'] + ask.path, ask.query),
      headers: { Accept: 'application/json', ...credential.headers, ...ask.headers },
    };
    const body = bodyOf(ask);
    if (body) request.body = body;
    const hide = [...credential.hide, ...(ask.hide ?? [])];
    const read = (answer: HttpAnswer) => (answer.status === 304 ? null : success(operation, answer, ask.data));
    try {
      const answer = await deps.upstream.call({ operation, safe, request, hide, read }, call.recorder);
      // an application has no wallet, whatever its answers seem to say (trap T-73)
      const balance = auth === 'WALLET' ? answer?.meta.urgent_data?.amount : null;
      if (balance) call.onBalance?.(balance);
      return answer;
    } catch (error) {
      if (!credential.renew || !isStaleToken(error)) throw error;
      credential.renew();
      if (freshToken) throw error;
      // a 401 proves that nothing was done, so even a write may go once more with a fresh token
      return once(call, ask, true);
    }
  };

  return {
    config,
    authenticator,
    async send(call, ask) {
      const answer = await once(call, ask, false);
      if (answer) return answer;
      throw protocol(ask.operation, 'UNREADABLE', 'status 304 for a question that was not conditional');
    },
    sendIfChanged: (call, ask) => once(call, ask, false),
  };
}

/** Commas stay as they are, as in every documented list (`state=active,pending`). */
function urlOf(base: string, query: Record<string, string | undefined> = {}): string {
  const text = Object.entries(query)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('%2C', ',')}`],
    )
    .join('&');
  return text === '' ? base : `${base}?${text}`;
}

function bodyOf(ask: Ask<unknown>): HttpBody | undefined {
  if (ask.multipart) return ask.multipart;
  if (ask.json === undefined) return undefined;
  return { kind: 'json', text: ask.json === 'EMPTY' ? '' : stringifyJson(ask.json) };
}
