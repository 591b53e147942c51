import type { ProviderService, Services } from '../../connectors/catalogue.ts';
import { ProviderRejected } from '../../connectors/outcome.ts';
import type { Loaded } from '../../connectors/values.ts';
import { mergeCatalogue, type WholeCatalogue } from './merge-catalogue.ts';

/** What is loaded conditionally, each with a version of its own. */
export type CataloguePart = 'services' | 'categories' | 'groups' | 'errors';
/** What the provider is handed back, to answer whether anything has changed. */
export type Versions = Partial<Record<CataloguePart, string>>;

/** Services asked for at once. */
const PAGE = 500;
const call = { wallet: null };

/**
 * Reads a catalogue as the house wallet, page by page. When any of its lists has changed, all of them are read, so that
 * what is kept is always of one piece.
 * @param versions of the last reading
 * @returns null when nothing has changed
 * @throws ProviderRejected, ProviderUnavailable
 */
export async function readCatalogue(
  services: Services,
  versions: Versions,
): Promise<{ catalogue: WholeCatalogue; versions: Versions } | null> {
  let list = await readList(services, versions.services);
  let categories = await told(services.categories?.(call, versions.categories));
  let groups = await told(services.groups?.(call, versions.groups));
  if (![list, categories, groups].some((part) => part?.changed)) return null;
  if (!list.changed) list = await readList(services);
  if (categories?.changed === false) categories = await told(services.categories?.(call));
  if (groups?.changed === false) groups = await told(services.groups?.(call));
  const found = whole(list);
  return {
    catalogue: mergeCatalogue({
      services: found?.items ?? [],
      suggestions: found?.suggestions ?? [],
      categories: whole(categories),
      groups: whole(groups),
    }),
    versions: {
      ...version('services', list),
      ...version('categories', categories),
      ...version('groups', groups),
    },
  };
}

type List = Loaded<{ items: ProviderService[]; suggestions: ProviderService[] }>;

/** All pages. The version is the first one's: what changes meanwhile is a change of next time. */
async function readList(services: Services, since?: string): Promise<List> {
  const first = await services.list(call, { pageSize: PAGE, ...(since === undefined ? {} : { since }) });
  if (!first.changed) return first;
  const { suggestions } = first.value;
  const items = [...first.value.items];
  for (let cursor = first.value.next; cursor !== null; ) {
    const page = whole(await services.list(call, { pageSize: PAGE, cursor }));
    items.push(...(page?.items ?? []));
    cursor = page?.next ?? null;
  }
  return { changed: true, version: first.version, value: { items, suggestions } };
}

/** An account without a wallet is not shown categories and groups; then there are none. */
async function told<T>(asked: Promise<Loaded<T>> | undefined): Promise<Loaded<T> | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProviderRejected && error.refusal.errorCode === 'NOT_SUPPORTED') return undefined;
    throw error;
  }
}

const whole = <T>(loaded: Loaded<T> | undefined): T | null => (loaded?.changed ? loaded.value : null);

const version = (part: CataloguePart, loaded: Loaded<unknown> | undefined): Versions =>
  loaded?.changed && loaded.version !== null ? { [part]: loaded.version } : {};
