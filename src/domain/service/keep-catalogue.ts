import type { ProviderCategory } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../lib/ids.ts';
import type { CatalogueKey } from './catalogue.ts';
import { jsonText, keepServices } from './keep-services.ts';
import type { WholeCatalogue } from './merge-catalogue.ts';
import type { CataloguePart, Versions } from './read-catalogue.ts';

/** Two readings of one catalogue are written one after the other. */
export const lockCatalogue = (tx: Tx, { provider, origin }: CatalogueKey) =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`catalogue ${provider} ${origin}`}, 0))`;

/** Puts a catalogue that was read whole in the place of what was kept. What has vanished is marked, never deleted. */
export async function keepCatalogue(tx: Tx, key: CatalogueKey, catalogue: WholeCatalogue, now: Date): Promise<void> {
  await keepServices(tx, key, catalogue.services, 'LIST', now);
  const { provider, origin } = key;
  const references = catalogue.services.map(({ reference }) => reference);
  await tx.$executeRaw`
    UPDATE service SET removed_at = ${now}::timestamptz WHERE provider = ${provider} AND origin = ${origin} AND removed_at IS NULL
      AND provider_reference <> ALL(${references}::text[])`;
  await tx.$executeRaw`
    UPDATE service SET suggestion_rank = array_position(${catalogue.suggestions}::text[], provider_reference)
    WHERE provider = ${provider} AND origin = ${origin}
      AND (suggestion_rank IS NOT NULL OR provider_reference = ANY(${catalogue.suggestions}::text[]))`;
  if (catalogue.categories) await keepCategories(tx, key, catalogue.categories, catalogue.links, now);
  if (catalogue.phonePrefixes.length > 0) await keepPrefixes(tx, key, catalogue.phonePrefixes);
}

async function keepCategories(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  categories: ProviderCategory[],
  links: WholeCatalogue['links'],
  now: Date,
): Promise<void> {
  const inside = new Map<string, number>();
  for (const { category } of links) inside.set(category, (inside.get(category) ?? 0) + 1);
  const rows = categories.map(({ reference, name, code, keywords, serviceCount }) => ({
    id: newId('ServiceCategory'),
    reference,
    name,
    code,
    keywords,
    count: serviceCount ?? inside.get(reference) ?? 0,
  }));
  await tx.$executeRaw`
    INSERT INTO service_category AS c (id, provider, origin, provider_reference, name, code, keywords, service_count,
      mobile_operators_of, synced_at)
    SELECT r.id, ${provider}, ${origin}, r.reference, r.name, r.code, r.keywords, r.count, '{}', ${now}::timestamptz
    FROM jsonb_to_recordset(${jsonText(rows)}::jsonb) AS r (id text, reference text, name text, code text, keywords text, count int)
    ORDER BY r.reference
    ON CONFLICT (provider, origin, provider_reference) DO UPDATE SET name = excluded.name, code = excluded.code,
      keywords = excluded.keywords, service_count = excluded.service_count, synced_at = excluded.synced_at`;
  await keepLinks(tx, { provider, origin }, links);
  await tx.$executeRaw`
    DELETE FROM service_category WHERE provider = ${provider} AND origin = ${origin}
      AND provider_reference <> ALL(${categories.map(({ reference }) => reference)}::text[])`;
}

async function keepLinks(tx: Tx, { provider, origin }: CatalogueKey, links: WholeCatalogue['links']): Promise<void> {
  const [services, categories] = [links.map(({ service }) => service), links.map(({ category }) => category)];
  await tx.$executeRaw`
    WITH wanted AS (
      SELECT s.id AS service_id, c.id AS category_id
      FROM unnest(${services}::text[], ${categories}::text[]) AS link (service, category)
      JOIN service s ON s.provider = ${provider} AND s.origin = ${origin} AND s.provider_reference = link.service
      JOIN service_category c ON c.provider = ${provider} AND c.origin = ${origin} AND c.provider_reference = link.category
    ), gone AS (
      DELETE FROM service_in_category l USING service_category c
      WHERE c.id = l.category_id AND c.provider = ${provider} AND c.origin = ${origin}
        AND (l.service_id, l.category_id) NOT IN (SELECT service_id, category_id FROM wanted)
    )
    INSERT INTO service_in_category (service_id, category_id)
    SELECT service_id, category_id FROM wanted ON CONFLICT DO NOTHING`;
}

async function keepPrefixes(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  prefixes: WholeCatalogue['phonePrefixes'],
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM service_phone_prefix WHERE provider = ${provider} AND origin = ${origin}
      AND prefix <> ALL(${prefixes.map(({ prefix }) => prefix)}::text[])`;
  await tx.$executeRaw`
    INSERT INTO service_phone_prefix (provider, origin, prefix, service_id)
    SELECT ${provider}, ${origin}, rule.prefix, s.id
    FROM unnest(${prefixes.map(({ prefix }) => prefix)}::text[],
      ${prefixes.map(({ serviceReference }) => serviceReference)}::text[]) AS rule (prefix, service)
    JOIN service s ON s.provider = ${provider} AND s.origin = ${origin} AND s.provider_reference = rule.service
    ON CONFLICT (provider, origin, prefix) DO UPDATE SET service_id = excluded.service_id`;
}

/** The versions of the last reading. */
export async function keptVersions(tx: Tx, key: CatalogueKey): Promise<Versions> {
  const rows = await tx.catalogueVersion.findMany({ where: { provider: key.provider, origin: key.origin } });
  return Object.fromEntries(rows.flatMap(({ part, version }) => (version === null ? [] : [[part, version]])));
}

/**
 * Notes that these parts were read.
 * @param versions null: they are as they were
 */
export async function keepVersions(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  parts: readonly CataloguePart[],
  versions: Versions | null,
  now: Date,
): Promise<void> {
  const told = parts.map((part) => versions?.[part] ?? null);
  await tx.$executeRaw`
    INSERT INTO catalogue_version AS v (provider, origin, part, version, synced_at)
    SELECT ${provider}, ${origin}, part, version, ${now}::timestamptz
    FROM unnest(${[...parts]}::text[], ${told}::text[]) AS t (part, version)
    ON CONFLICT (provider, origin, part) DO UPDATE SET synced_at = excluded.synced_at,
      version = CASE WHEN ${versions === null} THEN v.version ELSE excluded.version END`;
}
