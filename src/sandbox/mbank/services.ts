import { notFound, refuse } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Place, Service } from './model.ts';
import { callersPlace } from './seed-places.ts';
import {
  groupedForm,
  listForm,
  mnpForm,
  mobileForm,
  mserverForm,
  serviceForm,
  servicesIn,
  suggestionForm,
} from './service-views.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

/**
 * Section 1.7: was the catalogue unchanged since the time that the caller has seen? The time comes as a query parameter or a
 * header of the same name, in UNIX seconds; a change in that very second counts as unseen.
 */
export function unchanged(world: World, { query, headers }: Call): boolean {
  const since = query['If-Modified-Since'] ?? headers['if-modified-since'] ?? '';
  return /^\d+$/.test(since) && Number.parseInt(since, 10) > world.changedAt;
}

/** A page number or size from the query. */
export function whole(value: string | undefined, otherwise: number, least: number): number {
  if (value === undefined || !/^\d+$/.test(value)) return otherwise;
  return Math.max(Number.parseInt(value, 10), least);
}

/** The services most paid during the last month, five at most; the mobile operators before anything was paid. */
function suggestions(world: World, offered: (service: Service) => boolean): Service[] {
  const monthAgo = world.clock.now().getTime() - 30 * 86_400_000;
  const paid = new Map<Service, number>();
  for (const { service, status, createdAt } of world.payments.values()) {
    if (service && status === 'completed' && createdAt.getTime() > monthAgo)
      paid.set(service, (paid.get(service) ?? 0) + 1);
  }
  const ranked = [...paid].sort(([, one], [, other]) => other - one).map(([service]) => service);
  const operators = [1000, 1161, 834, 770, 775].flatMap((id) => world.services.get(id) ?? []);
  return [...new Set([...ranked, ...operators])].filter((service) => service.online && offered(service)).slice(0, 5);
}

function list(world: World, call: Call): Answer {
  if (unchanged(world, call)) return { unchanged: true };
  const { group_id: groupId, geo_id: geoId } = call.query;
  const wanted = call.query['name']?.toLowerCase();
  const offered = ({ geo }: Service) =>
    geoId === undefined || geo === undefined || geo.some((place) => covers(place, geoId));
  const matches = [...world.services.values()].filter(
    (service) =>
      (groupId === undefined || service.groups.some(({ id, hexId }) => groupId === String(id) || groupId === hexId)) &&
      (wanted === undefined || `${service.name}\n${service.keywords}`.toLowerCase().includes(wanted)) &&
      offered(service),
  );
  const size = whole(call.query['size'], 20, 1);
  const start = (whole(call.query['page'], 1, 1) - 1) * size;
  return {
    meta: {
      request_time: world.seconds(),
      has_next_page: start + size < matches.length,
      suggestions: suggestions(world, offered).map((service) => suggestionForm(world, service)),
    },
    data: matches.slice(start, start + size).map((service) => listForm(world, service)),
  };
}

const covers = (place: Place, id: string): boolean => place.id === id || place.inside.some((outer) => outer.id === id);

function groups(world: World, call: Call): Answer {
  if (unchanged(world, call)) return { unchanged: true };
  const data = world.groups.map((entry) => {
    const { id, name, keywords, group } = entry;
    return { id, name, keywords, group, type: group, amount: servicesIn(world, entry) };
  });
  return { meta: { request_time: world.seconds() }, data };
}

function servicesByGroup(world: World, call: Call): Answer {
  const size = call.query['size'];
  if (size === undefined && unchanged(world, call)) return { unchanged: true };
  const perGroup = whole(size, Number.MAX_SAFE_INTEGER, 1);
  const services = [...world.services.values()];
  const data = world.groups.map((entry) => {
    const { id, hexId, name, group } = entry;
    const inside = services.filter((service) => service.groups.some((own) => own.hexId === hexId)).slice(0, perGroup);
    return call.dialect === 'mserver'
      ? { code: group, name, services: inside.map(mserverForm) }
      : { id, name, group, type: group, services: inside.map((service) => groupedForm(world, service)) };
  });
  const rules = Object.fromEntries([...world.mobilePrefixes].map(([prefix, service]) => [`+7${prefix}`, service]));
  return { meta: { request_time: world.seconds(), suggestion_rules: rules }, data };
}

function byId(world: World, { params, dialect }: Call): Answer {
  const service = world.services.get(Number.parseInt(params['id'] ?? '', 10)) ?? notFound();
  return { data: serviceForm(world, service, dialect) };
}

function byPortability(world: World, { query }: Call): Answer {
  const id = world.mnp.get(`${query['provider_id']} ${query['provider_region_code']}`);
  const service = world.services.get(id ?? 0) ?? notFound();
  return { data: mnpForm(world, service) };
}

/** The service of the operator of a Russian number, given with 7 and ten digits. */
export function operatorOf(world: World, phone: string): Service | undefined {
  return world.services.get(world.mobilePrefixes.get(phone.slice(1, 4)) ?? 0);
}

function byPhone(world: World, { params }: Call): Answer {
  const phone = params['phone'] ?? '';
  if (!/^\d{10,15}$/.test(phone)) refuse('invalid_phone');
  return { data: mobileForm(world, (phone.startsWith('7') && operatorOf(world, phone)) || notFound()) };
}

/** `services.order`: the wish becomes a conversation with support (opaque, section 2.5). */
function order(world: World, call: Call): Answer {
  const { title } = call.body;
  if (typeof title !== 'string' || title.trim() === '') return refuse('missing_title');
  const { phone, email = '' } = walletOf(call);
  world.orders.push({ phone, title });
  const created_at = world.seconds();
  const id = 2_006_928 + world.orders.length;
  const user = { email, user_id: phone, name: null, is_admin: false, avatar: {} };
  const html = `<p>Просит добавить сервис: '${title.replace(/[<>&]/g, '')}'</p>`;
  const first = { id, created_at, url: null, html, subject: '', from: user, attachments: [] };
  const times = { created_at, updated_at: created_at };
  return {
    data: {
      ...times,
      read: true,
      created_by_user: true,
      user,
      message_type: 'conversation',
      messages: [first],
      ...(world.settings.orderNumbered ? { message_id: id, thread_id: id } : {}),
      interrupt: true,
    },
  };
}

function geo(world: World, { query }: Call): Answer {
  const view = ({ id, title, inside }: Place) => ({
    id,
    title,
    inside: inside.map((outer) => ({ id: outer.id, title: outer.title })),
  });
  const here = world.places.find(({ id }) => id === callersPlace);
  const title = query['filter_by'] === 'title' ? query['title']?.toLowerCase() : undefined;
  const found = world.places.filter((place) =>
    title === undefined ? place.preset : place.title.toLowerCase().includes(title),
  );
  return { meta: here === undefined ? {} : { geo: view(here) }, data: found.map(view) };
}

/** Services, groups and places: operations 18 to 25. */
export function serviceOperations(world: World): Operation[] {
  const W = { method: 'GET', auth: 'wallet' } as const;
  return [
    { id: 'services.list', path: '/services', ...W, handle: (call) => list(world, call) },
    { id: 'groups.list', path: '/groups', ...W, handle: (call) => groups(world, call) },
    { id: 'services.groups', path: '/services/groups', ...W, handle: (call) => servicesByGroup(world, call) },
    { id: 'services.get', path: '/services/:id(^\\d+$)', ...W, handle: (call) => byId(world, call) },
    { id: 'services.mnp', path: '/services/mnp', ...W, handle: (call) => byPortability(world, call) },
    {
      id: 'services.mobile',
      path: '/services/mobile/:phone',
      method: 'GET',
      auth: 'none',
      handle: (call) => byPhone(world, call),
    },
    {
      id: 'services.order',
      path: '/services/order',
      method: 'POST',
      auth: 'wallet',
      handle: (call) => order(world, call),
    },
    { id: 'geo.search', path: '/geo', ...W, handle: (call) => geo(world, call) },
  ];
}
