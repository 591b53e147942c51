import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { Viewer } from '../access/viewer.ts';
import { originOf } from '../provider/route.ts';
import { connectorOf, partnerAccounts } from '../provider/store.ts';

/** What a catalogue is read and kept with. */
export type CatalogueDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** Whose catalogue it is: accounts of one provider at one origin share it. */
export interface CatalogueKey {
  provider: string;
  origin: string;
}

/** A catalogue that the caller may read, and the account through which it is asked live. */
export interface Catalogue extends CatalogueKey {
  /** Null for the administrator, who reads what is kept and never asks in a partner's name. */
  account: ProviderAccount | null;
}

/** A catalogue that can be asked live. */
export interface LiveCatalogue extends CatalogueKey {
  account: ProviderAccount;
  connector: Connector;
}

/** The catalogues behind these accounts, in their order, each once. */
export function cataloguesOf(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  accounts: readonly ProviderAccount[],
): Catalogue[] {
  const known = new Map<string, Catalogue>();
  for (const account of accounts) {
    const catalogue = { provider: account.provider, origin: originOf(deps, account), account };
    const key = `${catalogue.provider} ${catalogue.origin}`;
    if (!known.has(key)) known.set(key, catalogue);
  }
  return [...known.values()];
}

/** Every catalogue that a partner's accounts open, those of default accounts first. */
export const partnerCatalogues = async (deps: CatalogueDeps, tx: Tx, partnerId: string): Promise<Catalogue[]> =>
  cataloguesOf(deps, await partnerAccounts(tx, partnerId));

/** The catalogues that this viewer may read. */
export async function visibleCatalogues(deps: CatalogueDeps, tx: Tx, viewer: Viewer): Promise<Catalogue[]> {
  if (viewer.kind !== 'ADMIN') return partnerCatalogues(deps, tx, viewer.partnerId);
  const known = await tx.catalogueVersion.findMany({
    distinct: ['provider', 'origin'],
    select: { provider: true, origin: true },
    orderBy: [{ provider: 'asc' }, { origin: 'asc' }],
  });
  return known.map((key) => ({ ...key, account: null }));
}

/**
 * Of several catalogues of one provider the default account's answers, as everywhere. The administrator sees all.
 * @param provider only this one's
 */
export function answering(catalogues: readonly Catalogue[], provider?: string): Catalogue[] {
  const wanted = catalogues.filter((catalogue) => provider === undefined || catalogue.provider === provider);
  return wanted.filter(
    ({ account, provider: code }, index) =>
      account === null || wanted.findIndex((other) => other.provider === code) === index,
  );
}

/** Those that can be asked live, with the connector to ask. */
export const live = (deps: Pick<Deps, 'vault' | 'connectors'>, catalogues: readonly Catalogue[]): LiveCatalogue[] =>
  catalogues.flatMap(({ provider, origin, account }) =>
    account ? [{ provider, origin, account, connector: connectorOf(deps, account) }] : [],
  );

/** A condition on rows of any table that belong to a catalogue. */
export interface InCatalogues {
  provider?: { in: string[] };
  OR?: CatalogueKey[];
}

/** Rows of these catalogues. Of none of them when there are none: an OR of nothing would be no condition. */
export const inCatalogues = (catalogues: readonly CatalogueKey[]): InCatalogues =>
  catalogues.length === 0
    ? { provider: { in: [] } }
    : { OR: catalogues.map(({ provider, origin }) => ({ provider, origin })) };

/** Does the row belong to one of these catalogues? */
export const belongs = (row: CatalogueKey, catalogues: readonly CatalogueKey[]): boolean =>
  catalogues.some(({ provider, origin }) => provider === row.provider && origin === row.origin);

/**
 * What each catalogue answers. One that cannot answer is left out, unless none can.
 * @throws what the first one threw, when all did
 */
export async function askEach<Asked, Answer>(
  catalogues: readonly Asked[],
  ask: (one: Asked) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = await Promise.allSettled(catalogues.map(ask));
  const told = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused && told.length === 0) throw refused.reason;
  return told;
}
