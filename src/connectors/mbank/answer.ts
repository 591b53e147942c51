import type { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { type ProtocolError, ProviderRejected, type Refusal } from '../outcome.ts';
import { jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
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
  const asked = { provider: PROVIDER, operation };
  refuseServerError(asked, answer);
  const { meta, data, dev } = matched(asked, envelope, jsonBody(asked, answer));
  if (meta.code !== answer.status)
    throw protocol(operation, 'UNREADABLE', `status ${answer.status}, but meta.code ${meta.code}`);
  if (answer.status !== 200) throw refused(operation, answer.status, meta);
  return {
    data: matched(asked, schema, data),
    meta,
    sandboxCode: dev?.security_code ?? dev?.activation_code ?? dev?.password_reset_code ?? null,
  };
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
export const protocol = (operation: string, why: ProtocolError['why'], what: string): ProtocolError =>
  protocolError({ provider: PROVIDER, operation }, why, what);

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
