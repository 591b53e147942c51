import type { z } from 'zod';
import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { parseJson, stringifyJson } from '../json.ts';
import { ProviderRejected } from '../outcome.ts';
import { type Asked, jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
import type { DiwaConfig } from './config.ts';
import { meaningOf } from './status.ts';
import * as wire from './wire.ts';

export const PROVIDER = 'DIWA';

interface Ask<T> {
  operation: string;
  method: 'GET' | 'POST';
  /** The method's name after `/api/`, which contains a slash itself. */
  path: string;
  json?: Record<string, unknown>;
  safe: boolean;
  schema: z.ZodType<T>;
  hide?: readonly string[];
}

/** The provider's API, one method per operation of the contract's index (2.1). Answers are parsed, refusals thrown. */
export function createClient({ baseUrl, token }: DiwaConfig, { upstream }: ConnectorDeps) {
  const send = <T>(call: Call, { operation, method, path, json, safe, schema, hide = [] }: Ask<T>): Promise<T> => {
    const request: HttpRequest = {
      method,
      url: `${baseUrl}/api/${path}`,
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      // a redirect is an answer, and the token goes to nobody else (trap T-09)
      redirects: 0,
    };
    if (json) request.body = { kind: 'json', text: stringifyJson(json) };
    const read = (answer: HttpAnswer) => readAnswer({ provider: PROVIDER, operation }, answer, schema);
    return upstream.call({ operation, safe, request, hide: [token, ...hide], read }, call.recorder);
  };
  return {
    /** Answers the id of the client that was there when it is repeated; repeating it is left to whoever asked. */
    create: (call: Call, body: Record<string, unknown>, hide: readonly string[]) =>
      send(call, {
        operation: 'clients.create',
        method: 'POST',
        path: 'wallets/createClient',
        json: body,
        safe: false,
        schema: wire.clientId,
        hide,
      }),
    getId: (call: Call, userId: string) =>
      send(call, {
        operation: 'clients.getId',
        method: 'GET',
        path: `wallets/getClientId/${encodeURIComponent(userId)}`,
        safe: true,
        schema: wire.clientId,
      }),
    getInfo: (call: Call, userId: string) =>
      send(call, {
        operation: 'clients.getInfo',
        method: 'GET',
        path: `wallets/getClientInfo/${encodeURIComponent(userId)}`,
        safe: true,
        schema: wire.clientInfo,
      }),
  };
}

export type DiwaClient = ReturnType<typeof createClient>;

/**
 * Reads an answer by its status: any 2xx is a success, the statuses of contract 4 are refusals.
 * @throws ProviderRejected, ProviderUnavailable (5xx), ProtocolError (anything else)
 */
function readAnswer<T>(asked: Asked, answer: HttpAnswer, schema: z.ZodType<T>): T {
  refuseServerError(asked, answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return matched(asked, schema, jsonBody(asked, answer));
  const meaning = meaningOf(status);
  if (!meaning) throw protocolError(asked, 'UNMAPPED_STATUS', `status ${status} is not documented`);
  const providerMessage =
    status < 400
      ? 'The provider answered with a redirect: it did not like the headers of the request.'
      : (wire.errorBody.parse(bodyOrNull(answer)).message ?? null);
  throw new ProviderRejected({
    ...asked,
    httpStatus: status,
    providerCode: null,
    providerMessage,
    limit: null,
    ...meaning,
  });
}

function bodyOrNull(answer: HttpAnswer): unknown {
  try {
    return parseJson(answer.body.toString('utf8'));
  } catch {
    // no error body is documented: the status alone decides
    return null;
  }
}
