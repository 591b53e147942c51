import type {
  Dictionaries,
  LocationGroup,
  Locations,
  ProviderLocation,
  TemplateInput,
  Templates,
} from '../catalogue.ts';
import { jsonNumber } from '../json.ts';
import { outcomeOf } from '../outcome.ts';
import type { Limits, ProviderLimit } from '../wallets.ts';
import { mapParameterValue, rublesOut, textOrNull } from './map.ts';
import { orNull, type Parts } from './parts.ts';
import { loaded } from './services.ts';
import { levels } from './status.ts';
import type { WireLimit, WireLocation, WireTemplate } from './wire-records.ts';

const PAGE = 20;
const locationGroups: Readonly<Record<string, LocationGroup>> = {
  replenishment: 'REPLENISHMENT',
  verification: 'VERIFICATION',
  money_transfer: 'MONEY_TRANSFER',
};

/** LOCATIONS (contract 2.5 geo, 2.8). Requests name the longitude first (trap T-40). */
export function locationsCapability({ client }: Parts): Locations {
  return {
    operations: ['geo.search', 'locations.list', 'wallet.replenishment_points'],
    async places(call, search) {
      const { data } = await client.geo.search(call, search);
      return data.map(({ id, title, inside }) => ({
        reference: id,
        title,
        inside: (inside ?? []).map((outer) => ({ reference: outer.id, title: outer.title })),
      }));
    },
    async list(call, { group, near, radiusMeters, within }) {
      const { data } = await client.locations.list(call, {
        group: group?.toLowerCase(),
        point: near && `${near.longitude},${near.latitude}`,
        distance: near && radiusMeters !== undefined ? String(radiusMeters) : undefined,
        // upper left, then lower right
        square:
          within &&
          `${within.southWest.longitude},${within.northEast.latitude},${within.northEast.longitude},${within.southWest.latitude}`,
      });
      return data.map((location) => mapLocation(location));
    },
    async replenishmentPoints(call) {
      const { data } = await client.replenishmentPoints.list(call);
      return data.map((location) => mapLocation(location, 'REPLENISHMENT'));
    },
  };
}

const mapLocation = (location: WireLocation, group?: LocationGroup): ProviderLocation => ({
  reference: location.id,
  name: textOrNull(location.name) ?? location.type,
  type: location.type,
  group: group ?? locationGroups[location.group ?? ''] ?? 'UNKNOWN',
  worktime: textOrNull(location.worktime),
  address: location.address,
  latitude: location.latitude,
  longitude: location.longitude,
});

/** LIMITS (contract 2.1 Limit): rules in words, one value per level. */
export function limitsCapability({ client }: Parts): Limits {
  return {
    operations: ['limits.list'],
    list: async (call) => (await client.limits.list(call)).data.flatMap(mapLimit),
  };
}

/** What the known titles speak of; any other rule is OTHER. */
const limitKinds: [RegExp, ProviderLimit['kind']][] = [
  [/остаток/i, 'BALANCE'],
  [/оборот/i, 'TURNOVER'],
  [/пополнени/i, 'TOP_UP'],
  [/перевод/i, 'TRANSFER'],
  [/платеж|оплат/i, 'PAYMENT'],
];

function mapLimit({ title, description, limits }: WireLimit): ProviderLimit[] {
  const kind = limitKinds.find(([pattern]) => pattern.test(title))?.[1] ?? 'OTHER';
  const window = /месяц/i.test(title) ? 'MONTH' : /сут|ден|дн/i.test(title) ? 'DAY' : null;
  return limits.map(({ enabled, max, status }) => ({
    kind,
    window:
      window ?? (kind === 'BALANCE' || kind === 'OTHER' ? 'STANDING' : kind === 'TURNOVER' ? 'MONTH' : 'ONE_TIME'),
    title,
    description: textOrNull(description),
    level: levels[status] ?? null,
    max,
    enabled,
  }));
}

/** TEMPLATES (contract 2.10); pages from 1, a short page is the last. */
export function templatesCapability({ client }: Parts): Templates {
  return {
    operations: ['templates.create', 'templates.list', 'templates.get', 'templates.update', 'templates.delete'],
    create: (call, input) =>
      outcomeOf(async () => {
        const { data } = await client.templates.create(call, { ...templateOut(input), parameters: input.parameters });
        return { reference: data.id };
      }),
    async list(call, { cursor, pageSize, visibility, ownerPhone, serviceReference }) {
      const page = cursor === undefined ? 1 : Number.parseInt(cursor, 10);
      const size = pageSize ?? PAGE;
      const { data } = await client.templates.list(call, {
        size: pageSize === undefined ? undefined : String(size),
        page: cursor,
        type: visibility?.toLowerCase(),
        phone: ownerPhone,
        service_id: serviceReference,
      });
      return { items: data.map(mapTemplate), next: data.length < size ? null : String(page + 1) };
    },
    async get(call, reference) {
      const answer = await orNull(client.templates.get(call, reference));
      return answer && mapTemplate(answer.data);
    },
    update: (call, reference, input) =>
      outcomeOf(async () => {
        // create says `parameters`, update says `params` (trap T-36)
        await client.templates.update(call, reference, { ...templateOut(input), params: input.parameters });
        return null;
      }),
    remove: (call, reference) =>
      outcomeOf(async () => {
        await client.templates.delete(call, reference);
        return null;
      }),
  };
}

const templateOut = ({ name, visibility, amount, serviceReference, locks }: TemplateInput) => ({
  name,
  type: visibility?.toLowerCase(),
  amount: amount && rublesOut(amount),
  service_id: serviceReference === undefined ? undefined : jsonNumber(serviceReference),
  disabled: locks && [...locks.parameters, ...(locks.amount ? ['amount'] : [])],
});

function mapTemplate({ id, name, type, amount, service }: WireTemplate) {
  const parameters = service.params ?? [];
  return {
    reference: id,
    name,
    visibility: type === 'public' ? ('PUBLIC' as const) : ('PRIVATE' as const),
    amount: amount.value.minor === 0n ? null : amount.value,
    amountLocked: amount.disabled,
    service: { reference: service.id, name: service.name },
    parameters: parameters.flatMap((parameter) => mapParameterValue(parameter) ?? []),
    lockedParameters: parameters.filter((parameter) => parameter.is_disabled).map((parameter) => parameter.id),
  };
}

/** DICTIONARIES (contract 2.3). */
export function dictionariesCapability({ client }: Parts): Dictionaries {
  return {
    operations: ['errors.list', 'options.get'],
    async errorTexts(call, since) {
      return loaded(await client.errors.list(call, since), (codes) =>
        codes.map(({ code, title }) => ({
          code,
          titles: Object.fromEntries(Object.entries(title).map(([locale, text]) => [locale.replace('_', '-'), text])),
        })),
      );
    },
    async options(call) {
      const { data } = await client.options.get(call);
      return {
        supportPhone: data.support_phone,
        mobileOperatorCategories: Object.entries(data.mobile_operators_category_ids).map(([country, id]) => ({
          country: country.toUpperCase(),
          categoryReference: id,
        })),
      };
    },
  };
}
