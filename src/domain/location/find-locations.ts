import type { GeoPoint, LocationGroup, Locations, ProviderLocation } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import type { Location } from '../../db/generated/client.ts';
import { InvalidInputError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import {
  answering,
  belongs,
  type Catalogue,
  type CatalogueDeps,
  type CatalogueKey,
  type LiveCatalogue,
  live,
} from '../service/catalogue.ts';
import { jsonText } from '../service/keep-services.ts';
import { type GeoBox, isPoint, isWithin, metersBetween } from './distance.ts';

/** How far from a point is looked when nobody says. */
export const DEFAULT_RADIUS_METERS = 5_000;

export interface LocationQuery {
  near?: GeoPoint | undefined;
  radiusMeters?: number | undefined;
  within?: GeoBox | undefined;
  group?: LocationGroup | undefined;
  provider?: string | undefined;
}

/** A location, and how far it is from the point that was asked about. */
export interface LocationView extends Location {
  distanceMeters: number | null;
}

/**
 * Points of service as their providers tell them now; where a provider cannot be asked, as it told them last. The nearest
 * come first when a point is given.
 * @throws InvalidInputError for what is no point or radius; ProviderUnavailableError when nothing was ever told
 */
export async function findLocations(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  given: LocationQuery,
): Promise<LocationView[]> {
  checkQuery(given);
  const query = given.near ? { radiusMeters: DEFAULT_RADIUS_METERS, ...given } : given;
  const askable = live(deps, answering(catalogues, query.provider)).filter(({ connector }) => connector.locations);
  const rows = (await Promise.all(askable.map((catalogue) => read(deps, tx, catalogue, query)))).flat();
  const { near } = query;
  const views = rows
    .filter((row) => matches(row, query))
    .map((row) => ({ ...row, distanceMeters: near ? metersBetween(near, row) : null }));
  return views.sort(
    (a, b) =>
      (a.distanceMeters ?? 0) - (b.distanceMeters ?? 0) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1),
  );
}

/** The location with this id in one of these catalogues, or null. */
export async function findLocation(
  tx: Tx,
  catalogues: readonly CatalogueKey[],
  id: string,
): Promise<LocationView | null> {
  const row = await tx.location.findUnique({ where: { id } });
  return row && belongs(row, catalogues) ? { ...row, distanceMeters: null } : null;
}

function checkQuery({ near, radiusMeters, within }: LocationQuery): void {
  const place = 'must have a latitude from -90 to 90 and a longitude from -180 to 180.';
  if (near && !isPoint(near)) throw InvalidInputError.at('near', place);
  if (within && !(isPoint(within.southWest) && isPoint(within.northEast))) throw InvalidInputError.at('within', place);
  if (within && within.southWest.latitude > within.northEast.latitude)
    throw InvalidInputError.at('within', 'must have its south-west corner south of its north-east corner.');
  if (radiusMeters !== undefined && !near) throw InvalidInputError.at('radiusMeters', 'needs near.');
  if (radiusMeters !== undefined && radiusMeters < 1) throw InvalidInputError.at('radiusMeters', 'must be 1 or more.');
}

const matches = (row: Location, { near, radiusMeters, within, group }: LocationQuery): boolean =>
  (group === undefined || row.group === group) &&
  (within === undefined || isWithin(row, within)) &&
  (near === undefined || radiusMeters === undefined || metersBetween(near, row) <= radiusMeters);

async function read(deps: CatalogueDeps, tx: Tx, catalogue: LiveCatalogue, query: LocationQuery): Promise<Location[]> {
  const { provider, origin, connector } = catalogue;
  const { locations } = connector;
  if (!locations) return [];
  try {
    const told = await readUpstream(() => ask(locations, query));
    return await keepLocations(tx, catalogue, told, deps.clock.now());
  } catch (error) {
    if (!(error instanceof ProviderUnavailableError || error instanceof ProviderRejectedError)) throw error;
    // where it was last seen a desk still stands
    const kept = await tx.location.findMany({ where: { provider, origin } });
    if (kept.length === 0) throw error;
    return kept;
  }
}

/** Both lists of a provider as one: a point of replenishment may stand in either, or in both. */
async function ask(
  locations: Locations,
  { near, radiusMeters, within, group }: LocationQuery,
): Promise<ProviderLocation[]> {
  const call = { wallet: null };
  const filter = {
    ...(near ? { near } : {}),
    ...(radiusMeters === undefined ? {} : { radiusMeters }),
    ...(within ? { within } : {}),
    ...(group ? { group } : {}),
  };
  const replenishment = group === undefined || group === 'REPLENISHMENT';
  const [listed, points] = await Promise.all([
    locations.list(call, filter),
    replenishment ? (locations.replenishmentPoints?.(call) ?? []) : [],
  ]);
  const byReference = new Map([...points, ...listed].map((location) => [location.reference, location]));
  // a group that is in no table was logged where it was read, and can be shown under no name
  return [...byReference.values()].filter((location) => location.group !== 'UNKNOWN');
}

async function keepLocations(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  locations: readonly ProviderLocation[],
  now: Date,
): Promise<Location[]> {
  const rows = locations.map((location) => ({ id: newId('Location'), ...location }));
  await tx.$executeRaw`
    INSERT INTO location (id, provider, origin, provider_reference, name, type, "group", worktime, address, latitude, longitude,
      synced_at)
    SELECT r.id, ${provider}, ${origin}, r.reference, r.name, r.type, r."group", r.worktime, r.address, r.latitude, r.longitude,
      ${now}::timestamptz
    FROM jsonb_to_recordset(${jsonText(rows)}::jsonb) AS r (id text, reference text, name text, type text, "group" text,
      worktime text, address text, latitude float8, longitude float8)
    ORDER BY r.reference
    ON CONFLICT (provider, origin, provider_reference) DO UPDATE SET name = excluded.name, type = excluded.type,
      "group" = excluded."group", worktime = excluded.worktime, address = excluded.address, latitude = excluded.latitude,
      longitude = excluded.longitude, synced_at = excluded.synced_at`;
  const references = locations.map(({ reference }) => reference);
  return tx.location.findMany({ where: { provider, origin, providerReference: { in: references } } });
}
