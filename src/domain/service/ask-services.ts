import type { CatalogueQuery, Services } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import type { Place, Service } from '../../db/generated/client.ts';
import { InvalidInputError } from '../../errors.ts';
import { readUpstream } from '../provider/errors.ts';
import {
  answering,
  askEach,
  belongs,
  type Catalogue,
  type CatalogueDeps,
  type LiveCatalogue,
  live,
} from './catalogue.ts';
import type { ServiceForm } from './keep-services.ts';
import { keptServices, listSuggestions } from './store.ts';

const ask = { wallet: null };

const withServices = (deps: CatalogueDeps, catalogues: readonly Catalogue[]): LiveCatalogue[] =>
  live(deps, answering(catalogues)).filter(({ connector }) => connector.services);

/** What a provider that lists nothing tells of a service is all that it ever tells. */
export const glimpseOf = ({ connector }: LiveCatalogue): ServiceForm =>
  connector.services?.liveSearch ? 'DETAIL' : 'GLIMPSE';

/**
 * Services that pay out to the card with this number. The number goes to the providers and is kept nowhere.
 * @throws InvalidInputError, ProviderUnavailableError, ProviderRejectedError
 */
export async function servicesForCard(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  number: string,
): Promise<Service[]> {
  const digits = number.replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(digits)) throw InvalidInputError.at('number', 'must be a card number of 12 to 19 digits.');
  const found = await askEach(withServices(deps, catalogues), async (catalogue) => {
    const services = await readUpstream(async () => (await catalogue.connector.services?.forCard?.(ask, digits)) ?? []);
    return keptServices(tx, catalogue, services, glimpseOf(catalogue), deps.clock.now());
  });
  return found.flat();
}

/**
 * The mobile operator's service by number-portability data; the first catalogue that knows the operator answers.
 * @throws ProviderUnavailableError, ProviderRejectedError
 */
export async function serviceForOperator(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  input: { operator: string; region: string },
): Promise<Service | null> {
  const found = await askEach(withServices(deps, catalogues), async (catalogue) => {
    const service = await readUpstream(async () => catalogue.connector.services?.forOperator?.(ask, input));
    return service ? keptServices(tx, catalogue, [service], 'GLIMPSE', deps.clock.now()) : [];
  });
  return found.flat()[0] ?? null;
}

/** The catalogue of a place, when it can be asked. */
const ofPlace = (deps: CatalogueDeps, catalogues: readonly Catalogue[], place: Place): LiveCatalogue | undefined =>
  live(deps, catalogues).find((catalogue) => belongs(place, [catalogue]) && catalogue.connector.services);

/** Services paid most often, as the provider last said; at a place, as it says now. */
export async function suggestedServices(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  { take, place }: { take: number; place?: Place | undefined },
): Promise<Service[]> {
  if (!place) return listSuggestions(tx, answering(catalogues), take);
  const catalogue = ofPlace(deps, catalogues, place);
  const { services } = catalogue?.connector ?? {};
  if (!catalogue || !services) return [];
  const told = await readUpstream(() => services.list(ask, { pageSize: 1, placeReference: place.providerReference }));
  const suggestions = told.changed ? told.value.suggestions.slice(0, take) : [];
  return keptServices(tx, catalogue, suggestions, 'GLIMPSE', deps.clock.now());
}

/** Where a list that the provider pages goes on: its page, how large its pages are, and how many of this one were seen. */
export interface LivePosition {
  page: string | null;
  size: number;
  seen: number;
}

export interface PlaceQuery {
  place: Place;
  search?: string | undefined;
  /** The category's number at the provider. */
  categoryReference?: string | undefined;
  after?: LivePosition | undefined;
  take: number;
}

/**
 * Services offered at a place. Lists name places in words only, so the provider is asked, page by page.
 * @returns each service with the position after it, and whether there are more
 * @throws ProviderUnavailableError, ProviderRejectedError
 */
export async function servicesAtPlace(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  { place, search, categoryReference, after, take }: PlaceQuery,
): Promise<{ items: { row: Service; position: LivePosition }[]; more: boolean }> {
  const catalogue = ofPlace(deps, catalogues, place);
  const { services } = catalogue?.connector ?? {};
  if (!catalogue || !services) return { items: [], more: false };
  const items: { row: Service; position: LivePosition }[] = [];
  const about: CatalogueQuery = {
    placeReference: place.providerReference,
    ...(search ? { search } : {}),
    ...(categoryReference === undefined ? {} : { categoryReference }),
  };
  let at: LivePosition | null = after ?? { page: null, size: take, seen: 0 };
  while (at) {
    const { rows, following } = await readPage(deps, tx, catalogue, services, at, about);
    items.push(...rows);
    if (items.length >= take) return { items: items.slice(0, take), more: items.length > take || following !== null };
    at = following;
  }
  return { items, more: false };
}

/** What is unseen of one page of the provider's, each with the position after it. */
async function readPage(
  deps: CatalogueDeps,
  tx: Tx,
  catalogue: LiveCatalogue,
  services: Services,
  { page, size, seen }: LivePosition,
  about: CatalogueQuery,
): Promise<{ rows: { row: Service; position: LivePosition }[]; following: LivePosition | null }> {
  const query = { ...about, pageSize: size, ...(page === null ? {} : { cursor: page }) };
  const told = await readUpstream(() => services.list(ask, query));
  const { items, next } = told.changed ? told.value : { items: [], next: null };
  const rows = await keptServices(tx, catalogue, items, 'LIST', deps.clock.now());
  const following = next === null ? null : { page: next, size, seen: 0 };
  const after = (index: number) => (index === rows.length - 1 && following) || { page, size, seen: index + 1 };
  return { rows: rows.map((row, index) => ({ row, position: after(index) })).slice(seen), following };
}
