import type { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { parseJson } from '../json.ts';
import { ProtocolError, ProviderRejected, ProviderUnavailable, type Refusal } from '../outcome.ts';
import { meaningOf } from './status.ts';
import { envelope, limitDetails, type WireMeta } from './wire.ts';

export const PROVIDER = 'MBANK';

/** A success: the envelope's parts (contract 1.4). */
export interface Answer<D> {
  data: D;
  meta: WireMeta;
  sandboxCode: string | null;
}

/** Reads an answer by contract 1.4 and 4.1. */
export function success<D>(operation: string, answer: HttpAnswer, schema: z.ZodType<D>): Answer<D> {
  if (answer.status >= 500)
    throw new ProviderUnavailable(`${PROVIDER} ${operation}: status ${answer.status}.`, {
      provider: PROVIDER,
      operation,
      why: 'SERVER_ERROR',
      mayHaveActed: true,
    });
  const { meta, data, dev } = matched(operation, envelope, jsonOf(operation, answer));
  if (meta.code !== answer.status)
    throw protocol(operation, 'UNREADABLE', `status ${answer.status}, but meta.code ${meta.code}`);
  if (answer.status !== 200) throw refused(operation, answer.status, meta);
  return {
    data: matched(operation, schema, data),
    meta,
    sandboxCode: dev?.security_code ?? dev?.activation_code ?? dev?.password_reset_code ?? null,
  };
}

function jsonOf(operation: string, answer: HttpAnswer): unknown {
  try {
    return parseJson(answer.body.toString('utf8'));
  } catch (error) {
    throw protocol(operation, 'UNREADABLE', `status ${answer.status} with a body that is not JSON`, error);
  }
}

function matched<D>(operation: string, schema: z.ZodType<D>, value: unknown): D {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || '(whole)');
  throw protocol(operation, 'MISSING_FIELD', `missing or malformed: ${fields.join(', ')}`);
}

function refused(operation: string, httpStatus: number, meta: WireMeta): Error {
  const providerCode = meta.error ?? null;
  const meaning = meaningOf(httpStatus, providerCode);
  if (!meaning) return protocol(operation, 'UNMAPPED_STATUS', `status ${httpStatus} is not documented`);
  const limits = limitDetails.safeParse(meta.details);
  const details = typeof meta.details === 'string' ? meta.details : null;
  return new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus,
    providerCode,
    providerMessage: meta.error_message ?? details,
    remedy: meaning.remedy,
    errorCode: meaning.errorCode,
    declineReason: meaning.declineReason,
    blame: meaning.blame,
    limit: limits.success ? { max: limits.data.limit, attempted: limits.data.actual } : null,
  });
}

/** An answer that is not as documented; `what` names fields and statuses, never values. */
export const protocol = (operation: string, why: ProtocolError['why'], what: string, cause?: unknown): ProtocolError =>
  new ProtocolError(`${PROVIDER} ${operation}: ${what}.`, { provider: PROVIDER, operation, why, cause });

/** A refusal of ours, before anything is sent. */
export function refusal(
  operation: string,
  about: Pick<Refusal, 'errorCode' | 'providerMessage' | 'remedy'>,
): ProviderRejected {
  return new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus: null,
    providerCode: null,
    declineReason: 'PROVIDER_REFUSED',
    blame: 'PROVIDER',
    limit: null,
    ...about,
  });
}

/** A refusal because the account's or the wallet's credentials lack something. */
export const lacking = (operation: string, what: string): ProviderRejected =>
  refusal(operation, {
    errorCode: 'NOT_SUPPORTED',
    providerMessage: `The credentials lack ${what}.`,
    remedy: 'CHANGE_INPUT',
  });
