import type { ProviderPlace } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import type { Place } from '../../db/generated/client.ts';
import { newId } from '../../lib/ids.ts';
import { readUpstream } from '../provider/errors.ts';
import {
  answering,
  askEach,
  belongs,
  type Catalogue,
  type CatalogueDeps,
  type CatalogueKey,
  live,
} from '../service/catalogue.ts';
import { jsonText } from '../service/keep-services.ts';

/**
 * Places as their providers know them: those with this text in their title, or the large cities.
 * @throws ProviderUnavailableError, ProviderRejectedError when no provider can be asked
 */
export async function findPlaces(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  { search, take }: { search?: string | undefined; take: number },
): Promise<Place[]> {
  const askable = live(deps, answering(catalogues)).filter(({ connector }) => connector.locations?.places);
  const found = await askEach(askable, async (catalogue) => {
    const { locations } = catalogue.connector;
    const places = await readUpstream(async () => (await locations?.places?.({ wallet: null }, search)) ?? []);
    return keepPlaces(tx, catalogue, places.slice(0, take), deps.clock.now());
  });
  return found.flat().slice(0, take);
}

/** The place with this id in one of these catalogues, or null. */
export async function findPlace(tx: Tx, catalogues: readonly CatalogueKey[], id: string): Promise<Place | null> {
  const row = await tx.place.findUnique({ where: { id } });
  return row && belongs(row, catalogues) ? row : null;
}

/** Keeps places and those around them, so that each has an id of its own; the rows come back in the order given. */
async function keepPlaces(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  places: readonly ProviderPlace[],
  now: Date,
): Promise<Place[]> {
  const all = new Map<string, { reference: string; title: string; inside: string[] }>();
  for (const { reference, title, inside } of places) {
    // what a place lies in is told from narrow to wide, so each of them lies in those behind it
    const path = [{ reference, title }, ...inside];
    for (const [at, step] of path.entries()) {
      all.set(step.reference, { ...step, inside: path.slice(at + 1).map((outer) => outer.reference) });
    }
  }
  const rows = [...all.values()].map((row) => ({ id: newId('Place'), ...row }));
  await tx.$executeRaw`
    INSERT INTO place (id, provider, origin, provider_reference, title, inside_ids, synced_at)
    SELECT r.id, ${provider}, ${origin}, r.reference, r.title, '{}', ${now}::timestamptz
    FROM jsonb_to_recordset(${jsonText(rows)}::jsonb) AS r (id text, reference text, title text)
    ORDER BY r.reference
    ON CONFLICT (provider, origin, provider_reference) DO UPDATE SET title = excluded.title, synced_at = excluded.synced_at`;
  await tx.$executeRaw`
    UPDATE place AS p SET inside_ids = COALESCE((
      SELECT array_agg(outer_place.id ORDER BY step.number)
      FROM unnest(r.inside) WITH ORDINALITY AS step (reference, number)
      JOIN place outer_place ON outer_place.provider = ${provider} AND outer_place.origin = ${origin}
        AND outer_place.provider_reference = step.reference), '{}')
    FROM jsonb_to_recordset(${jsonText(rows)}::jsonb) AS r (reference text, inside text[])
    WHERE p.provider = ${provider} AND p.origin = ${origin} AND p.provider_reference = r.reference`;
  const references = places.map(({ reference }) => reference);
  const kept = await tx.place.findMany({ where: { provider, origin, providerReference: { in: references } } });
  const byReference = new Map(kept.map((row) => [row.providerReference, row]));
  return references.flatMap((reference) => byReference.get(reference) ?? []);
}
