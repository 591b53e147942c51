import type { z } from 'zod';
import type { HttpAnswer } from './http.ts';
import { parseJson } from './json.ts';
import { ProtocolError, ProviderUnavailable } from './outcome.ts';

/** Whose answer is being read. */
export interface Asked {
  provider: string;
  operation: string;
}

/** A 5xx says nothing about what was done. @throws ProviderUnavailable for one */
export function refuseServerError({ provider, operation }: Asked, answer: HttpAnswer): void {
  if (answer.status < 500) return;
  throw new ProviderUnavailable(`${provider} ${operation}: status ${answer.status}.`, {
    provider,
    operation,
    why: 'SERVER_ERROR',
    mayHaveActed: true,
  });
}

/** The body as JSON with exact numbers. @throws ProtocolError when it is none */
export function jsonBody(asked: Asked, answer: HttpAnswer): unknown {
  try {
    return parseJson(answer.body.toString('utf8'));
  } catch (error) {
    throw protocolError(asked, 'UNREADABLE', `status ${answer.status} with a body that is not JSON`, error);
  }
}

/** A value by its schema. @throws ProtocolError that names the fields, never their values */
export function matched<D>(asked: Asked, schema: z.ZodType<D>, value: unknown): D {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || '(whole)');
  throw protocolError(asked, 'MISSING_FIELD', `missing or malformed: ${fields.join(', ')}`);
}

/** An answer that is not as documented; `what` names fields and statuses, never values. */
export const protocolError = (
  { provider, operation }: Asked,
  why: ProtocolError['why'],
  what: string,
  cause?: unknown,
): ProtocolError => new ProtocolError(`${provider} ${operation}: ${what}.`, { provider, operation, why, cause });
