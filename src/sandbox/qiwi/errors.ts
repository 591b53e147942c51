import { randomBytes } from 'node:crypto';
import { stringify } from 'lossless-json';
import type { HttpAnswer } from '../faults.ts';
import { stampMs } from './time.ts';

/** An HTTP error (section 4.1). The bodies are not documented; trap T6 fixes two forms. */
export class Refusal extends Error {
  readonly status: number;
  /** `errorCode` of the six-field body, `code` of `/sinap`. */
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }
}

/** 400: wrong syntax or data format. */
export function malformed(description = 'Bad request'): never {
  throw new Refusal(400, 'http.message.conversion.failed', description);
}

/** 401: token wrong or expired. */
export function unauthorized(): never {
  throw new Refusal(401, 'auth.unauthorized', 'Wrong or expired token');
}

/** 403: the token lacks the right. */
export function forbidden(description = 'The token lacks the right for this call'): never {
  throw new Refusal(403, 'auth.forbidden', description);
}

/** 404, with what was not found. */
export function notFound(description = 'Not found', code = 'resource.not.found'): never {
  throw new Refusal(404, code, description);
}

/** 404 of balances, profile and identification. */
export const walletNotFound = (): never => notFound('Wallet not found', 'wallet.not.found');

/** A business refusal given at once: status 400 with `QWPRC-<n>` (trap T6). */
export function businessRefusal(errorCode: number, description: string): never {
  throw new Refusal(400, `QWPRC-${errorCode}`, description);
}

/** The body of an error: `{code, message}` below `/sinap`, six fields elsewhere. */
export function errorAnswer(path: string, refusal: Refusal, now: Date): HttpAnswer {
  const { status, code, message } = refusal;
  const [service = 'edge'] = path.replace(/^\//, '').split('/');
  const six = {
    serviceName: service === 'partner' ? 'invoicing-api' : service,
    errorCode: code,
    description: message,
    userMessage: message,
    dateTime: stampMs(now),
    traceId: randomBytes(8).toString('hex'),
  };
  const body = service === 'sinap' ? { code, message } : six;
  return { status, body: stringify(body) ?? '', headers: { 'content-type': 'application/json;charset=UTF-8' } };
}

/** What a bare HTTP status says, for statuses that arise outside of an operation. */
export function plainRefusal(status: number): Refusal {
  const texts: Record<number, [code: string, text: string]> = {
    400: ['http.message.conversion.failed', 'Bad request'],
    401: ['auth.unauthorized', 'Wrong or expired token'],
    403: ['auth.forbidden', 'The token lacks the right for this call'],
    404: ['resource.not.found', 'Not found'],
    405: ['method.not.allowed', 'Method not allowed'],
    423: ['too.many.requests', 'Too many requests, or the service is temporarily unavailable'],
  };
  const [code, text] = texts[status] ?? ['internal.error', 'Internal error'];
  return new Refusal(status, code, text);
}
