import { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { parseJson } from '../json.ts';
import { type ProtocolError, ProviderRejected, type Refusal } from '../outcome.ts';
import { type Asked, jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
import type { ProviderFile } from '../records.ts';
import { meaningOf } from './status.ts';

export const PROVIDER = 'QIWI';

/** Makes a value of an answer that came with a 2xx. */
export type Reader<T> = (asked: Asked, answer: HttpAnswer) => T;

/** A JSON body. */
export const json =
  <T>(schema: z.ZodType<T>): Reader<T> =>
  (asked, answer) =>
    matched(asked, schema, jsonBody(asked, answer));

/** Nothing of interest: an empty body as documented, or any JSON. A page of HTML is not the provider's answer. */
export const nothing: Reader<null> = (asked, answer) => {
  if (answer.body.length > 0) jsonBody(asked, answer);
  return null;
};

/** Bytes, whatever the content type says (trap T24). */
export const file: Reader<ProviderFile> = (asked, answer) => {
  if (answer.body.length === 0) throw protocolError(asked, 'UNREADABLE', 'a file without content');
  return { contentType: answer.headers['content-type'] ?? 'application/octet-stream', content: answer.body };
};

/**
 * Reads an answer by its status (contract 4.1): any 2xx is a success (trap T40), a documented 4xx a refusal.
 * @throws ProviderRejected, ProviderUnavailable (5xx), ProtocolError (anything else)
 */
export function readAnswer<T>(operation: string, answer: HttpAnswer, read: Reader<T>): T {
  const asked = { provider: PROVIDER, operation };
  refuseServerError(asked, answer);
  if (answer.status >= 200 && answer.status < 300) return read(asked, answer);
  throw refused(operation, answer);
}

const text = z.string().nullish().catch(null);

/** The two forms of an error body that the provider has shown (trap T6). */
const errorBody = z
  .object({ code: text, message: text, errorCode: text, userMessage: text, description: text })
  .catch({ code: null, message: null, errorCode: null, userMessage: null, description: null });

function refused(operation: string, answer: HttpAnswer): Error {
  const { code, message, errorCode, userMessage, description } = errorBody.parse(bodyOrNull(answer));
  const listed = /^QWPRC-(\d+)$/.exec(code ?? '')?.[1] ?? null;
  const providerCode = listed ?? code ?? errorCode ?? null;
  const meaning = meaningOf(answer.status, listed);
  if (!meaning) return protocol(operation, 'UNMAPPED_STATUS', `status ${answer.status} is not documented`);
  return new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus: answer.status,
    providerCode,
    providerMessage: message ?? userMessage ?? description ?? null,
    remedy: meaning.remedy,
    errorCode: meaning.errorCode,
    declineReason: meaning.declineReason,
    blame: meaning.blame,
    limit: null,
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

/** An answer that is not as documented; `what` names fields and statuses, never values. */
export const protocol = (operation: string, why: ProtocolError['why'], what: string): ProtocolError =>
  protocolError({ provider: PROVIDER, operation }, why, what);

/** A refusal of ours, before anything is sent. */
export function refusal(
  operation: string,
  about: Pick<Refusal, 'errorCode' | 'providerMessage' | 'remedy'> & Partial<Refusal>,
): ProviderRejected {
  return new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus: null,
    providerCode: null,
    declineReason: 'INVALID_DATA',
    blame: 'PAYMENT',
    limit: null,
    ...about,
  });
}

/** The commonest of them: the caller has to give something else. */
export const unfit = (operation: string, message: string): ProviderRejected =>
  refusal(operation, { errorCode: 'INVALID_INPUT', providerMessage: message, remedy: 'CHANGE_INPUT' });

/** A refusal because the account's or the wallet's credentials lack something. */
export const lacking = (operation: string, what: string): ProviderRejected =>
  refusal(operation, {
    errorCode: 'NOT_SUPPORTED',
    providerMessage: `The credentials lack ${what}.`,
    remedy: 'CHANGE_INPUT',
    declineReason: 'PROVIDER_REFUSED',
    blame: 'PROVIDER',
  });
