import { stringify } from 'lossless-json';
import type { HttpAnswer } from '../faults.ts';
import type { Settings } from './world.ts';

/** The codes of section 4.3 and their texts; all go with HTTP 500 (trap T-04). */
const refusals = {
  INSUFFICIENT_FUNDS: 'Insufficient funds',
  ONE_TIME_LIMIT_EXCEEDED: 'The limit of one operation is exceeded',
  MONTH_LIMIT_EXCEEDED: 'The limit of a month is exceeded',
  BALANCE_LIMIT_EXCEEDED: 'The limit of the balance is exceeded',
  OPERATION_DISABLED: 'The operation is switched off',
  LIMIT_ABOVE_SYSTEM: 'The limit is above the limit of the system',
  WALLET_CLOSED: 'The wallet is closed',
  WALLET_BALANCE_NOT_ZERO: 'There is money in the wallet',
  OPERATION_TOKEN_UNKNOWN: 'There is no such operation',
  OPERATION_TOKEN_USED: 'The operation was executed already',
  OPERATION_TOKEN_EXPIRED: 'The operation has expired',
  TSP_UNKNOWN: 'There is no such receiver',
  BANK_UNKNOWN: 'There is no such bank',
  INTERNAL_ERROR: 'Internal error',
} as const;

export type RefusalCode = keyof typeof refusals;
type FieldErrors = Record<string, string>;

/** Statuses of section 4.1 whose bodies are empty, or error objects when the settings say so. */
const statuses: Record<number, [code: string, text: string]> = {
  400: ['BAD_REQUEST', 'Wrong request parameters'],
  401: ['UNAUTHORIZED', 'Not authenticated'],
  403: ['FORBIDDEN', 'No access, or wrong URI'],
  404: ['NOT_FOUND', 'Wrong URL'],
  405: ['METHOD_NOT_ALLOWED', 'Wrong method'],
};

/** An HTTP error (section 4). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fieldErrors: FieldErrors;

  constructor(status: number, code: string, message: string, fieldErrors: FieldErrors = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fieldErrors = fieldErrors;
  }
}

/** A refusal by its status alone. */
export function plainRefusal(status: number): Refusal {
  const [code, text] = statuses[status] ?? ['INTERNAL_ERROR', refusals.INTERNAL_ERROR];
  return new Refusal(status, code, text);
}

/** 400: a field of the body, the query or the path is wrong. */
export function wrong(field: string, text: string): never {
  throw new Refusal(400, 'BAD_REQUEST', 'Wrong request parameters', { [field]: text });
}

/** 500 with a documented code, or with one that nobody knows. */
export function refuse(code: RefusalCode | (string & {}), fieldErrors: FieldErrors = {}): never {
  throw new Refusal(500, code, (refusals as Record<string, string>)[code] ?? code, fieldErrors);
}

function fieldErrorsView(errors: FieldErrors, form: Settings['fieldErrors']): object {
  if (form === 'absent') return {};
  if (form === 'null') return { fieldErrors: null };
  if (form === 'object') return { fieldErrors: errors };
  return { fieldErrors: Object.entries(errors).map(([field, message]) => ({ field, message })) };
}

/** An error as it is sent: 500 with an error object (section 4.2), the rest without a body unless the settings say so. */
export function errorAnswer(settings: Settings, { status, code, message, fieldErrors }: Refusal): HttpAnswer {
  const shown = status === 500 || (settings.errorBody === 'object' && status in statuses);
  if (!shown) return { status, body: '' };
  const body = stringify({ code, message, ...fieldErrorsView(fieldErrors, settings.fieldErrors) });
  return { status, body: body ?? '', headers: { 'content-type': 'application/json; charset=utf-8' } };
}
