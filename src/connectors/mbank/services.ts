import type { CatalogueQuery, ProviderService, Services } from '../catalogue.ts';
import type { Call } from '../connector.ts';
import { outcomeOf } from '../outcome.ts';
import type { Loaded } from '../values.ts';
import type { Answer } from './answer.ts';
import { mapCategory, mapService } from './map-service.ts';
import { orNull, type Parts } from './parts.ts';

const PAGE = 20;

/** SERVICES (contract 2.5, 2.11). An account without a house wallet reads the core's catalogue as an application. */
export function servicesCapability(parts: Parts): Services {
  const { client, config } = parts;
  const asApplication = (call: Call) =>
    call.wallet === null && config.phone === undefined && config.clientId !== undefined;
  const found = async (search: Promise<Answer<Parameters<typeof mapService>[0]>>): Promise<ProviderService | null> => {
    const answer = await orNull(search);
    return answer && mapService(answer.data);
  };
  const search = async (call: Call, type: 'phone' | 'card', input: string) => {
    const answer = await (asApplication(call)
      ? client.application.search(call, type, input)
      : client.mserver.servicesSearch(call, type, input));
    return answer.data.map(mapService);
  };
  return {
    operations: operationsOf(config.clientId !== undefined && config.phone === undefined),
    list: (call, query) => list(parts, call, query, asApplication(call)),
    get: (call, reference) =>
      found(asApplication(call) ? client.application.service(call, reference) : client.services.get(call, reference)),
    async categories(call, since) {
      return loaded(await client.groups.list(call, since), (groups) => groups.map(mapCategory));
    },
    async groups(call, since) {
      const answer = await client.services.groups(call, since);
      const rules = Object.entries(answer?.meta.suggestion_rules ?? {});
      return loaded(answer, (groups) => ({
        groups: groups.map((group) => ({ category: mapCategory(group), services: group.services.map(mapService) })),
        phonePrefixes: rules.map(([prefix, serviceReference]) => ({ prefix, serviceReference })),
      }));
    },
    forPhone: (call, phone) => found(client.services.mobile(call, phone.replace(/^\+/, ''))),
    forOperator: (call, { operator, region }) =>
      found(client.services.mnp(call, { provider_id: operator, provider_region_code: region })),
    forCard: (call, number) => search(call, 'card', number),
    // the core takes Russian numbers, without their country code
    searchByPhone: async (call, phone) => (phone.startsWith('+7') ? search(call, 'phone', phone.slice(2)) : []),
    request: (call, title) =>
      outcomeOf(async () => ({ reference: (await client.services.order(call, title)).data.thread_id ?? null })),
  };
}

const operationsOf = (application: boolean): string[] => [
  'services.list',
  'groups.list',
  'services.groups',
  'services.get',
  'services.mnp',
  'services.mobile',
  'services.order',
  'mserver.services.search',
  ...(application ? ['services', 'service', 'search'].map((name) => `mserver.application.${name}`) : []),
];

async function list(
  { client }: Parts,
  call: Call,
  query: CatalogueQuery,
  asApplication: boolean,
): ReturnType<Services['list']> {
  const page = query.cursor === undefined ? 1 : Number.parseInt(query.cursor, 10);
  const size = query.pageSize ?? PAGE;
  const filter = {
    size: query.pageSize === undefined ? undefined : String(size),
    page: query.cursor,
    group_id: query.categoryReference,
    name: query.search,
  };
  const answer = asApplication
    ? await client.application.services(call, filter)
    : await client.services.list(call, { ...filter, geo_id: query.placeReference, version: query.since });
  const more = answer?.meta.has_next_page ?? answer?.data.length === size;
  return loaded(answer, (services) => ({
    items: services.map(mapService),
    next: more && services.length > 0 ? String(page + 1) : null,
    suggestions: (answer?.meta.suggestions ?? []).map(mapService),
  }));
}

/** Contract 1.7: the time of this answer is the version to ask with next time. */
export const loaded = <D, T>(answer: Answer<D> | null, read: (data: D) => T): Loaded<T> =>
  answer ? { changed: true, value: read(answer.data), version: answer.meta.request_time ?? null } : { changed: false };
