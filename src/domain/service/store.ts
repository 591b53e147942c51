import type { ProviderService } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import type { Prisma, Service, ServiceCategory } from '../../db/generated/client.ts';
import { type CatalogueKey, inCatalogues } from './catalogue.ts';
import { keepServices, type ServiceForm } from './keep-services.ts';
import { searchOf } from './search-text.ts';

/** Keeps what a live answer told and returns the rows, in the answer's order. */
export async function keptServices(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  services: readonly ProviderService[],
  form: ServiceForm,
  now: Date,
): Promise<Service[]> {
  if (services.length === 0) return [];
  await keepServices(tx, { provider, origin }, services, form, now);
  const references = services.map(({ reference }) => reference);
  const rows = await tx.service.findMany({ where: { provider, origin, providerReference: { in: references } } });
  const byReference = new Map(rows.map((row) => [row.providerReference, row]));
  return references.flatMap((reference) => byReference.get(reference) ?? []);
}

/** Where a list goes on: after the service with this name and id. */
export interface ServicePosition {
  sortName: string;
  id: string;
}

export interface ServiceFilter {
  search?: string | undefined;
  categoryId?: string | undefined;
  after?: ServicePosition | undefined;
  take: number;
}

/** Services of these catalogues by name: one statement, whatever is asked and however many there are. */
export const listServices = (
  tx: Tx,
  catalogues: readonly CatalogueKey[],
  { search, categoryId, after, take }: ServiceFilter,
): Promise<Service[]> => {
  const wanted = searchOf(search);
  const conditions: Prisma.ServiceWhereInput[] = [
    inCatalogues(catalogues),
    { removedAt: null },
    categoryId === undefined ? {} : { categories: { some: { categoryId } } },
    wanted && wanted.grams.length > 0 ? { searchGrams: { hasEvery: wanted.grams } } : {},
    ...(wanted?.words ?? []).map((word) => ({ searchText: { contains: word } })),
    after ? { OR: [{ sortName: { gt: after.sortName } }, { sortName: after.sortName, id: { gt: after.id } }] } : {},
  ];
  return tx.service.findMany({ where: { AND: conditions }, orderBy: [{ sortName: 'asc' }, { id: 'asc' }], take });
};

/** The first services of each of these categories, in one statement for all of them. */
export async function servicesInCategories(
  tx: Tx,
  categoryIds: readonly string[],
  { after, take }: Pick<ServiceFilter, 'after' | 'take'>,
): Promise<Map<string, Service[]>> {
  const { sortName = null, id = null } = after ?? {};
  const places = await tx.$queryRaw<{ category_id: string; service_id: string }[]>`
    SELECT c.id AS category_id, page.id AS service_id FROM unnest(${[...categoryIds]}::text[]) AS c (id), LATERAL (
      SELECT s.id, s.sort_name FROM service_in_category l JOIN service s ON s.id = l.service_id
      WHERE l.category_id = c.id AND s.removed_at IS NULL
        AND (${id}::text IS NULL OR (s.sort_name, s.id) > (${sortName}::text, ${id}::text))
      ORDER BY s.sort_name, s.id LIMIT ${take}) AS page
    ORDER BY page.sort_name, page.id`;
  const rows = await tx.service.findMany({ where: { id: { in: places.map(({ service_id }) => service_id) } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const pages = new Map<string, Service[]>(categoryIds.map((category) => [category, []]));
  for (const place of places) pages.get(place.category_id)?.push(...[byId.get(place.service_id) ?? []].flat());
  return pages;
}

/** The categories of these catalogues, by name. */
export const listCategories = (tx: Tx, catalogues: readonly CatalogueKey[]): Promise<ServiceCategory[]> =>
  tx.serviceCategory.findMany({
    where: inCatalogues(catalogues),
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });

/** The categories of each of these services. */
export async function categoriesOf(tx: Tx, serviceIds: readonly string[]): Promise<Map<string, ServiceCategory[]>> {
  const links = await tx.serviceInCategory.findMany({
    where: { serviceId: { in: [...serviceIds] } },
    include: { category: true },
    orderBy: { category: { name: 'asc' } },
  });
  const categories = new Map<string, ServiceCategory[]>(serviceIds.map((id) => [id, []]));
  for (const { serviceId, category } of links) categories.get(serviceId)?.push(category);
  return categories;
}

/** The service of the longest prefix that the phone begins with, by the provider's own table. */
export async function serviceOfPrefix(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  phone: string,
): Promise<Service | null> {
  const prefixes = [...phone].map((_, end) => phone.slice(0, end + 1));
  const rules = await tx.servicePhonePrefix.findMany({ where: { provider, origin, prefix: { in: prefixes } } });
  const longest = rules.sort((a, b) => b.prefix.length - a.prefix.length)[0];
  return longest ? tx.service.findFirst({ where: { id: longest.serviceId, removedAt: null } }) : null;
}

/** Services that were paid most often, first those paid most. */
export const listSuggestions = (tx: Tx, catalogues: readonly CatalogueKey[], take: number): Promise<Service[]> =>
  tx.service.findMany({
    where: { ...inCatalogues(catalogues), removedAt: null, suggestionRank: { not: null } },
    orderBy: [{ suggestionRank: 'asc' }, { id: 'asc' }],
    take,
  });
