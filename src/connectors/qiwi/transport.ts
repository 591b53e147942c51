import type { Call, ConnectorDeps, WalletAccess } from '../connector.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { stringifyJson } from '../json.ts';
import { lacking, type Reader, readAnswer } from './answer.ts';
import { bareNumber, type QiwiConfig } from './config.ts';

/** One documented operation as a client states it. */
export interface Ask<T> {
  /** Its id in the contract: `BAL-1`. */
  operation: string;
  method: HttpRequest['method'];
  /** Which host (contract 1.1). Default: edge.qiwi.com. */
  api?: 'EDGE' | 'P2P';
  path: string;
  /** In the order in which they are sent; undefined ones are left out. */
  query?: readonly (readonly [name: string, value: string | undefined])[];
  /** Undefined fields are left out. Absent: no body. */
  json?: Record<string, unknown>;
  /** Default: application/json (contract 1.2). */
  accept?: string;
  headers?: Record<string, string>;
  /** The wallet's token, or the secret key of its P2P pair. Default: the token. */
  auth?: 'TOKEN' | 'SECRET_KEY';
  /** May it be repeated without effect? */
  safe: boolean;
  read: Reader<T>;
  /** Values cut out of recordings, beside keys and the wallet's number. */
  hide?: readonly string[];
}

/** The provider behind one function. */
export interface Transport {
  config: QiwiConfig;
  /** The number of the wallet that a call is made for, as paths have it. @throws ProviderRejected when there is none */
  numberOf(call: Call, operation: string): string;
  /** @throws ProviderRejected, ProviderUnavailable, ProtocolError */
  send<T>(call: Call, ask: Ask<T>): Promise<T>;
}

const credentialNames = { TOKEN: 'token', SECRET_KEY: 'p2pSecretKey' } as const;

/** Builds the transport of one provider account. */
export function createTransport(config: QiwiConfig, { upstream }: ConnectorDeps): Transport {
  const roots = { EDGE: config.baseUrl, P2P: `${config.p2pUrl}/partner/bill/v1/bills` };

  const accessOf = (call: Call, operation: string): WalletAccess => {
    const access = call.wallet ?? houseWallet(config);
    if (!access) throw lacking(operation, 'a wallet (wallet and token)');
    return { ...access, number: bareNumber(access.number) };
  };

  return {
    config,
    numberOf: (call, operation) => accessOf(call, operation).number,
    async send(call, ask) {
      const { operation, safe } = ask;
      const { number, credentials } = accessOf(call, operation);
      const name = credentialNames[ask.auth ?? 'TOKEN'];
      const key = credentials[name];
      if (!key) throw lacking(operation, `the wallet's ${name}`);
      const request: HttpRequest = {
        method: ask.method,
        url: urlOf(roots[ask.api ?? 'EDGE'] + ask.path, ask.query),
        headers: { Accept: ask.accept ?? 'application/json', Authorization: `Bearer ${key}`, ...ask.headers },
      };
      if (ask.json) request.body = { kind: 'json', text: stringifyJson(ask.json) };
      const hide = [...Object.values(credentials), number, ...(ask.hide ?? [])];
      const read = (answer: HttpAnswer) => readAnswer(operation, answer, ask.read);
      return upstream.call({ operation, safe, wallet: number, request, hide, read }, call.recorder);
    },
  };
}

/** The wallet that the account's own credentials open. */
export const houseWallet = ({ wallet, token }: QiwiConfig): WalletAccess | null =>
  wallet && token ? { number: wallet, credentials: { token } } : null;

/** Percent-encoded throughout (`types%5B0%5D`, `%2B03%3A00`), a space as `+`: the forms of the documented requests. */
export function urlOf(base: string, query: Ask<unknown>['query'] = []): string {
  const text = query
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encoded(name)}=${encoded(value)}`]))
    .join('&');
  return text === '' ? base : `${base}?${text}`;
}

const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+').replaceAll("'", '%27');
