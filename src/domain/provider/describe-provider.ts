import type { HealthSnapshot } from '../../connectors/monitor.ts';
import type { DeclineReason, Remedy } from '../../connectors/outcome.ts';
import type { ProviderAccount, ProviderErrorText } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { ErrorCode } from '../../errors.ts';
import { connectorOf } from './store.ts';

export type { HealthSnapshot } from '../../connectors/monitor.ts';

/** The ledger here, as a provider among the others. */
export const LOCAL = { code: 'LOCAL', name: 'Koshel ledger' } as const;

type ConnectorDeps = Pick<Deps, 'connectors' | 'vault'>;

/** What a provider can do, with the documented operations behind it. */
export interface ProviderCapability {
  code: string;
  operations: readonly string[];
}

const localCapabilities: ProviderCapability[] = (
  [
    'CUSTOMERS',
    'WALLETS',
    'IDENTIFICATION',
    'BALANCES',
    'LIMITS',
    'TOP_UPS',
    'TRANSFERS',
    'PAYOUTS',
    'HISTORY',
  ] as const
).map((code) => ({ code, operations: [] }));

/** The codes of all providers that this gateway works with, its own ledger first. */
export const providerCodes = ({ connectors }: Pick<Deps, 'connectors'>): string[] => [
  LOCAL.code,
  ...connectors.providers.map(({ code }) => code),
];

/** A provider's name, for people. */
export const providerName = ({ connectors }: Pick<Deps, 'connectors'>, code: string): string =>
  code === LOCAL.code ? LOCAL.name : (connectors.provider(code)?.name ?? code);

/** All that a provider can do here, whatever the credentials. */
export function providerCapabilities({ connectors }: Pick<Deps, 'connectors'>, code: string): ProviderCapability[] {
  if (code === LOCAL.code) return localCapabilities;
  return connectors.provider(code) ? connectors.capabilities(code) : [];
}

/** How a provider does just now: where the caller's account points, or everywhere when there is none. */
export function providerHealth(
  deps: ConnectorDeps & Pick<Deps, 'clock'>,
  code: string,
  account: ProviderAccount | null,
): HealthSnapshot {
  if (code !== LOCAL.code) return deps.connectors.health(account ? connectorOf(deps, account) : code);
  const nobodyAsked = { successRate: null, latencyP50Ms: null, latencyP99Ms: null, openCircuits: [] };
  return { state: 'UP', ...nobodyAsked, checkedAt: deps.clock.now() };
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Does the account point at an emulator on this machine? Without an account: is the sandbox on? */
export function isSandbox({ config }: Pick<Deps, 'config'>, code: string, account: ProviderAccount | null): boolean {
  if (code === LOCAL.code) return false;
  return account ? loopback.test(new URL(account.baseUrl).hostname) : config.sandbox;
}

/** A refusal code of a provider: from its documents, from what it publishes, or both. */
export interface ProviderErrorCode {
  code: string;
  /** Texts by BCP 47 locale. */
  titles: Record<string, string>;
  remedy: Remedy;
  declineReason: DeclineReason | null;
  errorCode: ErrorCode | null;
}

/**
 * Every refusal code that a provider documents or publishes, by code.
 * @param texts what it published last
 */
export function providerErrorCodes(
  { connectors }: Pick<Deps, 'connectors'>,
  code: string,
  texts: readonly ProviderErrorText[],
): ProviderErrorCode[] {
  const unknown = { titles: {}, remedy: 'NONE' as const, declineReason: null, errorCode: null };
  const codes = new Map<string, ProviderErrorCode>();
  for (const refusal of connectors.provider(code)?.refusals ?? []) codes.set(refusal.code, { ...unknown, ...refusal });
  for (const { code: published, titles } of texts) {
    const known = codes.get(published) ?? { code: published, ...unknown };
    codes.set(published, { ...known, titles: titles as Record<string, string> });
  }
  return [...codes.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The text in a locale, else in another of the same language, else none. */
export function titleIn(titles: Record<string, string>, locale: string): string | null {
  const language = (tag: string) => tag.split('-')[0]?.toLowerCase();
  const near = Object.keys(titles).find((tag) => language(tag) === language(locale));
  return titles[locale] ?? (near === undefined ? null : (titles[near] ?? null));
}
