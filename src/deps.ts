import type { Config } from './config.ts';
import type { Database } from './db/client.ts';
import type { Hub } from './events/hub.ts';
import type { GroupCommit } from './ledger/group-commit.ts';
import type { Clock } from './lib/clock.ts';
import type { Vault } from './lib/crypto.ts';
import type { Log } from './lib/log.ts';

/** What a use case may use. Built once, in app.ts; types only here. */
export interface Deps {
  config: Config;
  db: Database;
  /** Posts journal entries that stand alone, many per transaction. */
  ledger: GroupCommit;
  /** Live events of this process. */
  hub: Hub;
  vault: Vault;
  clock: Clock;
  log: Log;
}
