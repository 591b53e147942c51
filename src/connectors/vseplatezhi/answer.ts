import { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { idText, parseJson } from '../json.ts';
import { type ProtocolError, ProviderRejected, type Refusal } from '../outcome.ts';
import { type Asked, jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
import { INTERNAL_ERROR, meaningOf } from './status.ts';

export const PROVIDER = 'VSEPLATEZHI';

const fieldError = z
  .object({ field: z.string(), message: z.string() })
  .transform(({ field, message }) => [field, message]);

/** Contract 4.2, and the words that OAuth uses in its place; each of them may be absent or of another form. */
const errorBody = z
  .object({
    code: idText.nullish().catch(null),
    message: z.string().nullish().catch(null),
    fieldErrors: z
      .union([z.record(z.string(), z.string()).transform((fields) => Object.entries(fields)), z.array(fieldError)])
      .nullish()
      .catch(null),
    error: z.string().nullish().catch(null),
    error_description: z.string().nullish().catch(null),
  })
  .catch({ code: null, message: null, fieldErrors: null, error: null, error_description: null });

/**
 * Reads an answer by contract 4.1: 200 is a success, 500 with a code is a refusal (trap T-04), and so are the documented 4xx, with an
 * empty body or an object (trap T-03).
 * @throws ProviderRejected, ProviderUnavailable (5xx without a code), ProtocolError (anything else)
 */
export function readAnswer<T>(operation: string, answer: HttpAnswer, schema: z.ZodType<T>): T {
  const asked = { provider: PROVIDER, operation };
  const { status } = answer;
  if (status >= 200 && status < 300) return matched(asked, schema, jsonBody(asked, answer));
  throw refused(asked, answer);
}

function refused(asked: Asked, answer: HttpAnswer): Error {
  const { status } = answer;
  const { code, message, fieldErrors, error, error_description } = errorBody.parse(bodyOrNull(answer));
  const providerCode = code ?? (status < 500 ? (error ?? null) : null);
  const fields = (fieldErrors ?? []).map(([field, text]) => `${field}: ${text}`);
  const said = [message ?? error_description, ...fields].filter(Boolean).join('; ');
  if (status !== 500 || code == null || code === INTERNAL_ERROR) refuseServerError(asked, answer);
  const about = meaningOf(status, providerCode);
  if (!about) return protocolError(asked, 'UNMAPPED_STATUS', `status ${status} is not documented`);
  return new ProviderRejected({
    ...asked,
    httpStatus: status,
    providerCode,
    providerMessage: said || null,
    remedy: about.remedy,
    errorCode: about.errorCode,
    declineReason: about.declineReason,
    blame: about.blame,
    limit: null,
  });
}

function bodyOrNull(answer: HttpAnswer): unknown {
  try {
    return parseJson(answer.body.toString('utf8'));
  } catch {
    // an empty body is the rule with a 400: the status alone decides
    return null;
  }
}

/** An answer that is not as documented; `what` names fields and statuses, never values. */
export const protocol = (operation: string, why: ProtocolError['why'], what: string): ProtocolError =>
  protocolError({ provider: PROVIDER, operation }, why, what);

/** A refusal of ours, before anything is sent. */
export const refusal = (
  operation: string,
  providerMessage: string,
  about: Partial<Pick<Refusal, 'errorCode' | 'blame' | 'declineReason'>> = {},
): ProviderRejected =>
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
    ...about,
  });

/** Is this the provider's own refusal, and one that satisfies the test? */
export const isRefusal = (
  error: unknown,
  test: (status: number | null, code: string | null) => boolean,
): error is ProviderRejected =>
  error instanceof ProviderRejected && test(error.refusal.httpStatus, error.refusal.providerCode);
