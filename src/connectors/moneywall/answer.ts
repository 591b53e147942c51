import type { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { parseJson } from '../json.ts';
import { type ProtocolError, ProviderRejected } from '../outcome.ts';
import { jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
import { meaningOf, refundMeaningOf } from './status.ts';
import { errorBody } from './wire.ts';

export const PROVIDER = 'MONEYWALL';

/** Reads one operation's answer of any status. */
export type Reader<T> = (operation: string, answer: HttpAnswer) => T;

const isSuccess = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

/** Any 2xx with a body as documented (trap M2). */
export const bodyOf =
  <T>(schema: z.ZodType<T>): Reader<T> =>
  (operation, answer) => {
    const asked = { provider: PROVIDER, operation };
    if (!isSuccess(answer)) throw refused(operation, answer, meaningOf);
    return matched(asked, schema, jsonBody(asked, answer));
  };

/** Any 2xx; nothing is documented of the body, so nothing is read. */
export const anySuccess: Reader<null> = (operation, answer) => {
  if (!isSuccess(answer)) throw refused(operation, answer, meaningOf);
  return null;
};

/**
 * A refund was carried out when the status is exactly 200, and it was not when the provider says no (contract 2.4). A 5xx may be
 * somebody else's on the way, and any other status is no word of the documents: neither proves that nothing was done.
 */
export const refundDone: Reader<null> = (operation, answer) => {
  if (answer.status !== 200) throw refused(operation, answer, refundMeaningOf);
  return null;
};

/** @returns ProviderRejected, or ProtocolError for a status that is not documented. @throws ProviderUnavailable for a 5xx */
function refused(operation: string, answer: HttpAnswer, meanings: typeof meaningOf): Error {
  const asked = { provider: PROVIDER, operation };
  refuseServerError(asked, answer);
  const meaning = meanings(answer.status);
  if (!meaning) return protocol(operation, 'UNMAPPED_STATUS', `status ${answer.status} is not documented`);
  const { error, field } = errorBody.parse(bodyOrNull(answer));
  const providerMessage = error && field ? `${field}: ${error}` : (error ?? null);
  return new ProviderRejected({
    ...asked,
    httpStatus: answer.status,
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

/** An answer that is not as documented; `what` names fields and statuses, never values. */
export const protocol = (operation: string, why: ProtocolError['why'], what: string): ProtocolError =>
  protocolError({ provider: PROVIDER, operation }, why, what);

/** A refusal of ours, before anything is sent. */
export const refusal = (operation: string, providerMessage: string): ProviderRejected =>
  new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus: null,
    providerCode: null,
    providerMessage,
    remedy: 'CHANGE_INPUT',
    errorCode: 'INVALID_INPUT',
    declineReason: 'INVALID_DATA',
    blame: 'PAYMENT',
    limit: null,
  });
