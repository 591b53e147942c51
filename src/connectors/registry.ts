import type { Registry as MetricsRegistry } from 'prom-client';
import type { InputIssue } from '../errors.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { sha256 } from '../lib/crypto.ts';
import type { Log } from '../lib/log.ts';
import {
  type Capabilities,
  type CapabilityCode,
  capabilitiesOf,
  capabilityMembers,
  type ProviderDefinition,
} from './connector.ts';
import { diwa } from './diwa/index.ts';
import { createHttpClient, type HttpOptions } from './http.ts';
import { createMetrics, createUpstream } from './instrument.ts';
import { mbank } from './mbank/index.ts';
import { moneywall } from './moneywall/index.ts';
import { createMonitor, defaultLimits, type HealthSnapshot, healthOf, type Limits, type Monitor } from './monitor.ts';
import { qiwi } from './qiwi/index.ts';
import { vseplatezhi } from './vseplatezhi/index.ts';

/** Every provider, one line each. The only importer of provider folders. */
export const providers: readonly ProviderDefinition[] = [mbank, qiwi, vseplatezhi, diwa, moneywall];

/** A partner's account at a provider, with its credentials as they were stored. */
export interface ProviderAccountSettings {
  id: string;
  provider: string;
  /** `baseUrl` and the credentials by name. */
  settings: Readonly<Record<string, string | undefined>>;
}

/** The connector of one provider account. */
export interface Connector extends Capabilities {
  readonly provider: ProviderDefinition;
  readonly accountId: string;
}

/** All connectors of this process. */
export interface Connectors {
  readonly providers: readonly ProviderDefinition[];
  provider(code: string): ProviderDefinition | undefined;
  /** What is wrong with an account's settings by its provider's own schema; empty when nothing is. */
  check(code: string, settings: ProviderAccountSettings['settings']): InputIssue[];
  /**
   * The account's connector; the same one for the same settings, so that tokens, circuits and connections are shared.
   * @throws InvariantError when the settings were not checked before they were stored
   */
  open(account: ProviderAccountSettings): Connector;
  /** Capabilities of an account, or all that a provider can have, with the documented operations behind each. */
  capabilities(of: string | Connector): { code: CapabilityCode; operations: readonly string[] }[];
  /** Health of a provider, over all its accounts; of one account's base URL when a connector is given. */
  health(of: string | Connector): HealthSnapshot;
  close(): Promise<void>;
}

/** What connectors are given by the process. */
export interface ConnectorsOptions {
  clock: Clock;
  log: Log;
  metrics: MetricsRegistry;
  http?: HttpOptions;
  limits?: Partial<Limits>;
  /** Tests bring their own. */
  providers?: readonly ProviderDefinition[];
}

/** Opens connectors, each wrapped in its instruments. */
export function createConnectors(options: ConnectorsOptions): Connectors {
  const { clock, log } = options;
  const list = options.providers ?? providers;
  const byCode = new Map<string, ProviderDefinition>(list.map((definition) => [definition.code, definition]));
  const http = createHttpClient(options.http);
  const metrics = createMetrics(options.metrics);
  const limits = { ...defaultLimits, ...options.limits };
  const monitors = new Map<string, Monitor>();
  const opened = new Map<string, { fingerprint: string; connector: Connector; monitor: Monitor }>();

  const monitorOf = (definition: ProviderDefinition, origin: string): Monitor => {
    const key = `${definition.code} ${origin}`;
    const monitor = monitors.get(key) ?? createMonitor(definition, clock, limits);
    monitors.set(key, monitor);
    return monitor;
  };

  return {
    providers: list,
    provider: (code) => byCode.get(code),
    check(code, settings) {
      const parsed = present(byCode.get(code), `provider ${code}`).config.safeParse(settings);
      return parsed.success
        ? []
        : parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
    },
    open(account) {
      const fingerprint = sha256(JSON.stringify([account.provider, Object.entries(account.settings).sort()]));
      const known = opened.get(account.id);
      if (known?.fingerprint === fingerprint) return known.connector;
      const definition = present(byCode.get(account.provider), `provider ${account.provider}`);
      const parsed = definition.config.safeParse(account.settings);
      assert(parsed.success, `the settings of provider account ${account.id} do not fit ${account.provider}`);
      const monitor = monitorOf(definition, definition.origin(parsed.data));
      const upstream = createUpstream(definition, { http, monitor, metrics, limits, clock, log });
      const connector: Connector = {
        ...definition.create(parsed.data, { upstream, clock, log }),
        provider: definition,
        accountId: account.id,
      };
      opened.set(account.id, { fingerprint, connector, monitor });
      return connector;
    },
    capabilities(of) {
      if (typeof of !== 'string') return capabilitiesOf(of);
      const definition = present(byCode.get(of), `provider ${of}`);
      const upstream = createUpstream(definition, {
        http,
        monitor: createMonitor(definition, clock, limits),
        metrics,
        limits,
        clock,
        log,
      });
      return capabilitiesOf(definition.create(definition.config.parse(definition.complete), { upstream, clock, log }));
    },
    health(of) {
      if (typeof of !== 'string') {
        const monitor = opened.get(of.accountId)?.monitor;
        return healthOf(monitor ? [monitor] : [], clock.now(), limits.slowMs);
      }
      return healthOf(
        [...monitors].filter(([key]) => key.startsWith(`${of} `)).map(([, monitor]) => monitor),
        clock.now(),
        limits.slowMs,
      );
    },
    close: () => http.close(),
  };
}

/** Does this connector offer the capability? */
export const has = (connector: Capabilities, code: CapabilityCode): boolean =>
  connector[capabilityMembers[code]] !== undefined;
