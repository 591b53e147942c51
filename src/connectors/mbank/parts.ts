import type { Log } from '../../lib/log.ts';
import type { Call } from '../connector.ts';
import { ProviderRejected } from '../outcome.ts';
import { PROVIDER } from './answer.ts';
import type { MbankClient } from './client.ts';
import type { MbankConfig } from './config.ts';

/** What each capability of mbank is made from. */
export interface Parts {
  client: MbankClient;
  config: MbankConfig;
  log: Log;
}

/** The phone of the wallet that a call is made for. */
export const viewerOf = (call: Call, config: MbankConfig): string | null => call.wallet?.number ?? config.phone ?? null;

/** A read whose 404 means "there is none". */
export async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isRefusal(error, (status) => status === 404)) return null;
    throw error;
  }
}

/** A write that one of these codes (or a 404, when asked) proves to be done already. */
export async function doneAlready<T>(write: Promise<T>, codes: readonly string[], gone = false): Promise<T | null> {
  try {
    return await write;
  } catch (error) {
    if (isRefusal(error, (status, code) => codes.includes(code ?? '') || (gone && status === 404))) return null;
    throw error;
  }
}

/** Is this the provider's refusal, and one that satisfies the test? */
export const isRefusal = (
  error: unknown,
  test: (status: number | null, code: string | null) => boolean,
): error is ProviderRejected =>
  error instanceof ProviderRejected && test(error.refusal.httpStatus, error.refusal.providerCode);

/** A thing with a status of ours and the provider's own word for it. */
type Stated = { reference: string | null } & (
  | { status: string; providerStatus: string }
  | { state: string; providerState: string | null }
);

/** Logs a status that is in no table, so that somebody learns of the word; hands the thing on. */
export function watched<T extends Stated>(log: Log, thing: T): T {
  const [status, word] = 'status' in thing ? [thing.status, thing.providerStatus] : [thing.state, thing.providerState];
  if (status === 'UNKNOWN')
    log.warn({ provider: PROVIDER, reference: thing.reference, word: word?.slice(0, 40) }, 'unmapped status');
  return thing;
}
