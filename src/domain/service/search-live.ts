import type { ProviderService } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import type { Service } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { newId } from '../../lib/ids.ts';
import { readUpstream } from '../provider/errors.ts';
import { type Catalogue, type CatalogueDeps, type CatalogueKey, type LiveCatalogue, live } from './catalogue.ts';
import { lockCatalogue } from './keep-catalogue.ts';
import { jsonText } from './keep-services.ts';
import { keptServices, type ServiceFilter } from './store.ts';

/** The catalogue among these that lists nothing and answers searches; undefined where there is none. */
export const searchedLive = (
  deps: Pick<CatalogueDeps, 'vault' | 'connectors'>,
  catalogues: readonly Catalogue[],
): LiveCatalogue | undefined => live(deps, catalogues).find(({ connector }) => connector.services?.liveSearch === true);

/**
 * Services that a provider finds for these words now, by name; what it answers is kept, and can be paid from then on.
 * @throws ProviderUnavailableError, ProviderRejectedError
 */
export async function searchLive(
  deps: CatalogueDeps,
  catalogue: LiveCatalogue,
  { search = '', categoryId, after, take }: ServiceFilter,
): Promise<Service[]> {
  const { services } = catalogue.connector;
  const told = await readUpstream(async () => services?.list({ wallet: null }, { search }));
  const found = told?.changed ? told.value.items : [];
  const rows = await keepFound(deps, catalogue, found, deps.clock.now());
  const inside = await categoriesOf(deps.db.prisma, rows, categoryId);
  return rows
    .filter(({ id, sortName }) => inside(id) && (!after || isAfter({ id, sortName }, after)))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1))
    .slice(0, take);
}

type Position = NonNullable<ServiceFilter['after']>;
const isAfter = (a: Position, b: Position): boolean =>
  a.sortName === b.sortName ? a.id > b.id : a.sortName > b.sortName;

async function categoriesOf(
  tx: Tx,
  rows: readonly Service[],
  categoryId: string | undefined,
): Promise<(serviceId: string) => boolean> {
  if (categoryId === undefined) return () => true;
  const where = { categoryId, serviceId: { in: rows.map(({ id }) => id) } };
  const links = new Set((await tx.serviceInCategory.findMany({ where })).map(({ serviceId }) => serviceId));
  return (id) => links.has(id);
}

/** Keeps what a search has found, with the categories that it names. What was found before stays. */
export async function keepFound(
  deps: Pick<CatalogueDeps, 'db'>,
  key: CatalogueKey,
  found: readonly ProviderService[],
  now: Date,
): Promise<Service[]> {
  if (found.length === 0) return [];
  return transaction(deps.db, async (tx) => {
    await lockCatalogue(tx, key);
    const rows = await keptServices(tx, key, found, 'DETAIL', now);
    await keepShelves(tx, key, found, now);
    return rows;
  });
}

async function keepShelves(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  found: readonly ProviderService[],
  now: Date,
): Promise<void> {
  const links = found.flatMap(({ reference, categories }) =>
    categories.map((category) => ({ id: newId('ServiceCategory'), service: reference, ...category })),
  );
  if (links.length === 0) return;
  const rows = jsonText(links);
  await tx.$executeRaw`
    INSERT INTO service_category AS c (id, provider, origin, provider_reference, name, service_count, mobile_operators_of, synced_at)
    SELECT DISTINCT ON (r.reference) r.id, ${provider}, ${origin}, r.reference, r.name, 0, '{}'::text[], ${now}::timestamptz
    FROM jsonb_to_recordset(${rows}::jsonb) AS r (id text, reference text, name text) ORDER BY r.reference
    ON CONFLICT (provider, origin, provider_reference) DO UPDATE SET name = excluded.name, synced_at = excluded.synced_at`;
  await tx.$executeRaw`
    INSERT INTO service_in_category (service_id, category_id)
    SELECT DISTINCT s.id, c.id FROM jsonb_to_recordset(${rows}::jsonb) AS r (service text, reference text)
    JOIN service s ON s.provider = ${provider} AND s.origin = ${origin} AND s.provider_reference = r.service
    JOIN service_category c ON c.provider = ${provider} AND c.origin = ${origin} AND c.provider_reference = r.reference
    ON CONFLICT DO NOTHING`;
  await tx.$executeRaw`
    UPDATE service_category c SET service_count = (SELECT count(*) FROM service_in_category l WHERE l.category_id = c.id)
    WHERE c.provider = ${provider} AND c.origin = ${origin}`;
}
