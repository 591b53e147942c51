import type { HttpAnswer } from '../faults.ts';

/** An HTTP error (section 4): the documents have no codes, the statuses and the body are the sandbox's convention. */
export class Refusal extends Error {
  readonly status: number;
  readonly field: string | null;

  constructor(status: number, message: string, field: string | null = null) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

const texts: Record<number, string> = {
  400: 'bad request',
  401: 'unauthorized',
  404: 'not found',
  405: 'method not allowed',
  413: 'too large',
  415: 'unsupported media type',
};

/** A refusal by its status alone. */
export const plainRefusal = (status: number): Refusal => new Refusal(status, texts[status] ?? 'server error');

/** 422: a field is missing, of a wrong type, or cannot be accepted. */
export function invalid(field: string | null, text: string): never {
  throw new Refusal(422, text, field);
}

/** An error as it is sent: `{"error", "field"}`. */
export const errorAnswer = ({ status, message, field }: Refusal): HttpAnswer => ({
  status,
  body: JSON.stringify({ error: message, field }),
  headers: { 'content-type': 'application/json; charset=utf-8' },
});
