import type { GraphQLSchema } from 'graphql';
import { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { openNotifier } from '../connectors/open-notifier.ts';
import { type ConnectorsOptions, createConnectors } from '../connectors/registry.ts';
import { createWebhookClient, type WebhookClientOptions } from '../connectors/webhook-client.ts';
import type { Database } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { DocumentCheck } from '../domain/document/check.ts';
import { createTransferLane } from '../domain/payment/group/lane.ts';
import { openVault } from '../domain/vault/open-vault.ts';
import { createHub, type HubPublisher } from '../events/hub.ts';
import { createGroupCommit } from '../ledger/group-commit.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { defaultLimits, type Limits } from './limits.ts';

/** Where messages to customers go when the configuration does not say it: the sandbox's mailbox. */
export interface MessageDefaults {
  smtpUrl: string;
  smsUrl: string;
}

interface Given {
  db: Database;
  log: Log;
  clock?: Clock | undefined;
  messages?: MessageDefaults | undefined;
  patience?: Patience | undefined;
  webhooks?: Omit<WebhookClientOptions, 'sandbox'> | undefined;
  /** What requests are answered by, when it is not the public schema with the limits of every gateway. */
  edge?: { schema?: GraphQLSchema | undefined; limits?: Partial<Limits> | undefined } | undefined;
}

/** Bounds of the calls to providers. */
export type Patience = Pick<ConnectorsOptions, 'http' | 'limits'>;

/**
 * What use cases need, on an open database: for the gateway, and for commands that run without one.
 * @throws SetupError when the database is sealed under a key that is not configured
 */
export async function createDeps(
  config: Config,
  { db, log, clock = systemClock, messages, patience = {}, webhooks, edge = {} }: Given,
): Promise<{ deps: Deps; publisher: HubPublisher }> {
  const vault = await openVault(db, config.masterKeys);
  const { hub, publisher } = createHub({ db });
  const metrics = new Registry();
  const limits = { processes: config.gateways, ...patience.limits };
  const connectors = createConnectors({ clock, log, metrics, ...patience, limits });
  const notifier = openNotifier({
    smtpUrl: config.smtpUrl ?? messages?.smtpUrl ?? null,
    mailFrom: config.mailFrom,
    smsUrl: config.smsUrl ?? messages?.smsUrl ?? null,
    metrics,
  });
  const services = {
    hub,
    vault,
    connectors,
    notifier,
    webhooks: createWebhookClient({ sandbox: config.sandbox, ...webhooks }),
    documents: documentCheck(config, edge),
  };
  const lanes = { ledger: createGroupCommit(db), transfers: createTransferLane({ db, clock, log }) };
  const deps = { config, db, ...lanes, ...services, metrics, clock, log };
  return { deps: Object.freeze(deps), publisher };
}

/** The schema is loaded when the first document is looked at: most commands look at none. */
function documentCheck({ introspection }: Config, { schema, limits }: NonNullable<Given['edge']>): DocumentCheck {
  const open = async (): Promise<DocumentCheck> => {
    const [{ createDocumentCheck }, loaded] = await Promise.all([
      import('./documents/check-document.ts'),
      schema ?? import('../graphql/schema.ts').then((module) => module.schema),
    ]);
    return createDocumentCheck({ schema: loaded, limits: { ...defaultLimits, ...limits }, hidden: !introspection });
  };
  let opened: Promise<DocumentCheck> | undefined;
  return {
    async check(body) {
      opened ??= open();
      return (await opened).check(body);
    },
  };
}
