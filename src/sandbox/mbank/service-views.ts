import type { Dialect } from './http.ts';
import type { Group, Rate, Service, ServiceParameter } from './model.ts';
import { rubles } from './money.ts';
import type { World } from './world.ts';

const rateView = ({ fix, basisPoints, min, max }: Rate) => ({
  fix: rubles(fix),
  percent: basisPoints / 100,
  ...(min === undefined ? {} : { min: rubles(min) }),
  ...(max === undefined ? {} : { max: rubles(max) }),
});

const iconUrl = (world: World, service: Service) =>
  service.iconUrl ?? `${world.url()}/img/providers/dev_${service.id}.png`;

/** What every form of a service has (section 2.1). */
function base(world: World, service: Service) {
  const { id, name, limit, rate } = service;
  return { id, name, icon_url: iconUrl(world, service), limit, rate: rateView(rate) };
}

const listed = (service: Service) => ({
  keywords: service.keywords,
  status: service.online ? 'online' : 'offline',
  verification_required: service.verificationRequired,
});

const bounds = ({ minsum, maxsum }: Service) => ({ minsum: rubles(minsum), maxsum: rubles(maxsum) });

/** Service, list form. */
export const listForm = (world: World, service: Service) => ({
  ...base(world, service),
  ...listed(service),
  groups: service.groups.map(({ hexId, name }) => ({ id: hexId, name })),
  ...(service.geo === undefined
    ? {}
    : { geo: service.geo.map((place) => [place.title, ...place.inside.map(({ title }) => title)]) }),
});

/** Service, suggestion form. */
export const suggestionForm = (world: World, service: Service) => {
  const group = service.groups[0];
  return {
    ...base(world, service),
    ...listed(service),
    ...(group === undefined ? {} : { group: { id: group.hexId, name: group.name } }),
  };
};

/** Service inside `/services/groups`. */
export const groupedForm = (world: World, service: Service) => {
  const { keywords: _keywords, ...rest } = listed(service);
  return { ...base(world, service), ...rest };
};

const category = ({ hexId, name, group }: Group) => ({ id: hexId, mserver_id: hexId, name, group });

/** Service by id. */
export const byIdForm = (world: World, service: Service) => ({
  ...base(world, service),
  ...listed(service),
  ...bounds(service),
  parameters: service.parameters.map((parameter) => parameterView(parameter)),
  ...(service.groups[0] === undefined
    ? {}
    : {
        category: {
          ...category(service.groups[0]),
          type: service.groups[0].group,
          amount: servicesIn(world, service.groups[0]),
        },
      }),
  groups: service.groups.map(({ hexId, name, group, keywords }) => {
    const count = servicesIn(world, { hexId });
    return { id: hexId, name, group, type: group, keywords, amount: count, services_count: count };
  }),
});

/** Service found by number-portability data. */
export const mnpForm = (world: World, service: Service) => {
  const { groups: _groups, ...rest } = byIdForm(world, service);
  const group = service.groups[0];
  const { keywords = '' } = group ?? {};
  return group === undefined
    ? rest
    : { ...rest, category: { ...category(group), keywords, icon_url_32x32: '', amount: servicesIn(world, group) } };
};

/** Service found by a mobile number, with short parameters. */
export const mobileForm = (world: World, service: Service) => ({
  ...base(world, service),
  ...bounds(service),
  parameters: service.parameters.map(({ id, title, pattern, patternDesc, minLength, maxLength, type }) => ({
    id,
    title,
    pattern,
    pattern_desc: patternDesc,
    min_length: minLength,
    max_length: maxLength,
    type,
  })),
});

/** MServer's own form (section 2.11). */
export const mserverForm = ({ id, name, minsum, maxsum, verificationRequired, parameters }: Service) => ({
  id,
  name,
  min: rubles(minsum),
  max: rubles(maxsum),
  verification_required: verificationRequired,
  parameters: parameters.map((parameter) => ({
    code: parameter.id,
    min_length: parameter.type === 'phone' ? 10 : parameter.minLength,
    max_length: parameter.type === 'phone' ? 10 : parameter.maxLength,
    name: parameter.providerName,
    type: parameter.type === 'enum' ? 'enum' : parameter.type === 'phone' ? 'numeric' : 'text',
    pattern_description: parameter.patternDesc,
    items: parameter.items ?? [],
  })),
});

/** The by-id form in the caller's dialect. */
export const serviceForm = (world: World, service: Service, dialect: Dialect): object =>
  dialect === 'mserver' ? mserverForm(service) : byIdForm(world, service);

/** ServiceParameter (section 2.1), with a value where one was given. */
export function parameterView(parameter: ServiceParameter, value?: string): Record<string, unknown> {
  const { pattern, patternDesc } = parameter;
  return {
    id: parameter.id,
    is_disabled: parameter.disabled ?? false,
    is_hidden: parameter.hidden ?? false,
    is_required: parameter.required,
    min_length: parameter.minLength,
    max_length: parameter.maxLength,
    range_start: 0,
    range_end: 0,
    patterns: pattern === null || pattern === '' ? [] : [{ pattern, description: { ru_RU: patternDesc ?? '' } }],
    pattern,
    pattern_desc: patternDesc,
    type: parameter.type,
    title: parameter.title,
    default_value: parameter.defaultValue ?? null,
    suggested_values: parameter.suggestedValues ?? [],
    items: parameter.items ?? null,
    service_param_pattern_id: null,
    is_changed: false,
    ...(value === undefined ? {} : { localized_fields: ['title', 'pattern_desc'], value }),
  };
}

/** The number of enabled services of a group. */
export function servicesIn(world: World, group: Pick<Group, 'hexId'>): number {
  let count = 0;
  for (const service of world.services.values()) {
    if (service.online && service.groups.some(({ hexId }) => hexId === group.hexId)) count += 1;
  }
  return count;
}
