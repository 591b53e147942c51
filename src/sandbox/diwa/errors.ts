import type { HttpAnswer } from '../faults.ts';

/** An HTTP error (section 4); a 3xx has no body. */
export class Refusal extends Error {
  readonly status: number;
  /** 422: what is wrong, by field. */
  readonly errors: Record<string, string[]> | undefined;

  constructor(status: number, message: string, errors?: Record<string, string[]>) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const texts: Record<number, string> = {
  400: 'The body is not JSON.',
  401: 'Unauthenticated.',
  404: 'Not Found.',
  405: 'The method is not supported for this route.',
  429: 'Too Many Attempts.',
};

/** A refusal by its status alone. */
export const plainRefusal = (status: number): Refusal => new Refusal(status, texts[status] ?? 'Server Error');

/** 302 to `/`: a request header is wrong or missing (section 1.1, trap T-09). */
export function wrongHeaders(): never {
  throw new Refusal(302, 'wrong headers');
}

/** 422 with a text for each field that is wrong. */
export function invalid(errors: Record<string, string[]>): never {
  throw new Refusal(422, 'The given data was invalid.', errors);
}

/** An error as it is sent: `{message}`, with `errors` at 422; a redirect without a body. */
export function errorAnswer({ status, message, errors }: Refusal): HttpAnswer {
  if (status < 400) return { status, body: '', headers: { location: '/' } };
  const body = { message, ...(errors === undefined ? {} : { errors }) };
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}
