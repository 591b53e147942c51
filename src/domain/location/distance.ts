import type { GeoPoint } from '../../connectors/catalogue.ts';

/** Mean radius of the earth. */
const EARTH_METERS = 6_371_000;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres between two points along the surface (haversine), to the metre. */
export function metersBetween(one: GeoPoint, other: GeoPoint): number {
  const [north, east] = [radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)];
  const half =
    Math.sin(north / 2) ** 2 +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(east / 2) ** 2;
  return Math.trunc(2 * EARTH_METERS * Math.asin(Math.min(1, Math.sqrt(half))));
}

/** A box by two corners; it may cross the 180th meridian. */
export interface GeoBox {
  southWest: GeoPoint;
  northEast: GeoPoint;
}

/** Does the point lie in the box? */
export function isWithin({ latitude, longitude }: GeoPoint, { southWest, northEast }: GeoBox): boolean {
  const [west, east] = [southWest.longitude, northEast.longitude];
  const between = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return between && latitude >= southWest.latitude && latitude <= northEast.latitude;
}

/** Is it a point of the globe? */
export const isPoint = ({ latitude, longitude }: GeoPoint): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
