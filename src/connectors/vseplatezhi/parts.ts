import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import type { VsePlatezhiClient } from './client.ts';
import type { Transport } from './transport.ts';

/** What each capability of VsePlatezhi is made from. */
export interface Parts {
  client: VsePlatezhiClient;
  transport: Transport;
  clock: Clock;
  log: Log;
}

/** A write whose answer tells nothing more. */
export const done = (write: () => Promise<unknown>): Promise<Outcome<null>> =>
  outcomeOf(async () => {
    await write();
    return null;
  });
