import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Call } from '../connector.ts';
import { type Outcome, outcomeOf, ProviderRejected, ProviderUnavailable } from '../outcome.ts';
import { PROVIDER } from './answer.ts';
import type { QiwiClient } from './client.ts';
import { bareNumber, type QiwiConfig } from './config.ts';

/** What each capability of QIWI is made from. */
export interface Parts {
  client: QiwiClient;
  config: QiwiConfig;
  clock: Clock;
  log: Log;
}

/** The number of the wallet that a call is made for, digits; empty when there is none, and then no call is sent. */
export const ownNumber = (call: Call, { wallet }: QiwiConfig): string =>
  bareNumber(call.wallet?.number ?? wallet ?? '');

/** Is this the provider's refusal, and one that satisfies the test? */
export const isRefusal = (
  error: unknown,
  test: (status: number | null, code: string | null) => boolean,
): error is ProviderRejected =>
  error instanceof ProviderRejected && test(error.refusal.httpStatus, error.refusal.providerCode);

/** A read whose 404 means "there is none". */
export async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isRefusal(error, (status) => status === 404)) return null;
    throw error;
  }
}

/** A write whose answer tells nothing more. */
export const done = (write: () => Promise<unknown>): Promise<Outcome<null>> =>
  outcomeOf(async () => {
    await write();
    return null;
  });

/** A question that comes before a write: while it is being answered, the write itself has not been sent. */
export async function beforehand<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    const { provider, operation, why, retryAt } = error;
    const about = { provider, operation, why, retryAt, mayHaveActed: false, cause: error };
    throw new ProviderUnavailable(error.message, about);
  }
}

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
