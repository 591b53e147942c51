import type { Registry } from 'prom-client';
import type { Config } from './config.ts';
import type { Notifier } from './connectors/notifier.ts';
import type { Connectors } from './connectors/registry.ts';
import type { WebhookClient } from './connectors/webhook-client.ts';
import type { Database } from './db/client.ts';
import type { DocumentCheck } from './domain/document/check.ts';
import type { TransferLane } from './domain/payment/group/lane.ts';
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
  /** Carries out transfers between wallets whose book is here, many per transaction. */
  transfers: TransferLane;
  /** Live events of this process. */
  hub: Hub;
  /** Providers, each account behind its instruments. */
  connectors: Connectors;
  /** Mail and text messages to customers. */
  notifier: Notifier;
  /** Calls to the addresses that partners registered. */
  webhooks: WebhookClient;
  /** Looks at documents before they are published. */
  documents: DocumentCheck;
  /** Metrics of this process. */
  metrics: Registry;
  vault: Vault;
  clock: Clock;
  log: Log;
}
