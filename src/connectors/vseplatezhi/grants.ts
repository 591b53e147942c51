import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpAnswer, HttpBody } from '../http.ts';
import { stringifyJson } from '../json.ts';
import { ProviderRejected } from '../outcome.ts';
import { readAnswer } from './answer.ts';
import type { VsePlatezhiConfig } from './config.ts';
import { tokens } from './wire.ts';

/** An access token, and the refresh token that buys the next pair. */
export interface Pair {
  access: string;
  /** Null where none was given: then the credentials buy the next pair. */
  refresh: string | null;
  issuedAt: Date;
  expiresAt: Date;
}

type Fields = [name: string, value: string][];

/** A token may take so long, whatever the patience of the call that wants it. */
const DEADLINE_MS = 10_000;

/** The two ways to a pair (contract 2.3). */
export function createGrants(config: VsePlatezhiConfig, { upstream, clock }: ConnectorDeps) {
  const client: Fields = [
    ['client_id', config.clientId],
    ['client_secret', config.clientSecret],
  ];
  const bodyOf = (fields: Fields): HttpBody =>
    config.tokenEncoding === 'form'
      ? { kind: 'form', fields }
      : { kind: 'json', text: stringifyJson(Object.fromEntries(fields)) };

  const ask = async (call: Call, operation: string, safe: boolean, fields: Fields): Promise<Pair> => {
    const body = bodyOf(fields);
    const request = { method: 'POST' as const, url: config.tokenUrl, body, deadlineMs: DEADLINE_MS };
    const hide = fields.flatMap(([name, value]) => (name === 'grant_type' ? [] : [value]));
    const read = (answer: HttpAnswer) => readAnswer(operation, answer, tokens);
    const issuedAt = clock.now();
    const got = await upstream.call({ operation, safe, request, hide, read }, call.recorder);
    const expiresAt = new Date(issuedAt.getTime() + got.expires_in * 1000);
    return { access: got.access_token, refresh: got.refresh_token ?? null, issuedAt, expiresAt };
  };

  const buy = (call: Call): Promise<Pair> =>
    ask(call, 'auth.token', true, [
      ['grant_type', 'client_credentials'],
      ...client,
      [config.partnerField, config.partnerId],
    ]);

  return {
    /** By the credentials. */
    buy,
    /** By a refresh token, which works once, so this is not repeated; when it is refused, by the credentials. */
    async renew(call: Call, refresh: string): Promise<Pair> {
      try {
        return await ask(call, 'auth.refresh', false, [
          ['grant_type', 'refresh_token'],
          ['refresh_token', refresh],
          ...client,
        ]);
      } catch (error) {
        if (error instanceof ProviderRejected) return buy(call);
        throw error;
      }
    },
  };
}
