import { notFound, refuse, unprocessable } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Kopecks, Service, Template } from './model.ts';
import { rubles, toKopecks } from './money.ts';
import { parameterView } from './service-views.ts';
import { whole } from './services.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

/** Template (section 2.1). */
function view(template: Template): Record<string, unknown> {
  const { id, name, type, amount, service, parameters, disabled } = template;
  const group = service.groups[0];
  const params = service.parameters.map((parameter) => ({
    ...parameterView({ ...parameter, disabled: parameter.disabled || disabled.has(parameter.id) }),
    value: parameters.get(parameter.id) ?? '',
  }));
  return {
    id,
    name,
    type,
    amount: { value: rubles(amount), disabled: disabled.has('amount') },
    service: {
      id: service.id,
      name: service.name,
      icon_url: service.iconUrl,
      limit: service.limit,
      minsum: rubles(service.minsum),
      maxsum: rubles(service.maxsum),
      verification_required: service.verificationRequired,
      params,
      ...(group === undefined
        ? {}
        : { category: { id: group.hexId, name: group.name, group: group.group, icon_url_32x32: '', amount: 0 } }),
    },
  };
}

function strings(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return unprocessable();
  const entries = Object.entries(value as Record<string, unknown>);
  return new Map(entries.map(([key, text]) => (typeof text === 'string' ? [key, text] : unprocessable())));
}

function kopecksOf(value: unknown): Kopecks {
  return toKopecks(value) ?? refuse('invalid_amount');
}

type Fields = Omit<Template, 'id' | 'owner'>;

/** Reads a template's fields over those that it has; creation and update both take `parameters` and `params` (trap T-36). */
function read(world: World, { body }: Call, before: Partial<Fields>): Fields {
  const { name, type, amount, service_id: serviceId, disabled } = body;
  if (name !== undefined && typeof name !== 'string') unprocessable();
  if (type !== undefined && type !== 'public' && type !== 'private') unprocessable();
  if (disabled !== undefined && !(Array.isArray(disabled) && disabled.every((id) => typeof id === 'string')))
    unprocessable();
  const service: Service =
    serviceId === undefined
      ? (before.service ?? refuse('missing_service'))
      : (world.services.get(typeof serviceId === 'number' ? serviceId : 0) ?? refuse('service_not_found'));
  const values = body['parameters'] ?? body['params'];
  return {
    name: typeof name === 'string' ? name : (before.name ?? ''),
    type: type === 'public' || type === 'private' ? type : (before.type ?? 'private'),
    amount: amount === undefined ? (before.amount ?? 0) : kopecksOf(amount),
    service,
    parameters: values === undefined ? (before.parameters ?? new Map()) : strings(values),
    disabled: disabled === undefined ? (before.disabled ?? new Set()) : new Set(disabled as string[]),
  };
}

function own(world: World, call: Call): Template {
  const template = world.templates.get(call.params['id'] ?? '');
  return template?.owner === walletOf(call).phone ? template : notFound();
}

function visible(world: World, call: Call): Template {
  const template = world.templates.get(call.params['id'] ?? '');
  return template?.type === 'public' ? template : own(world, call);
}

function list(world: World, call: Call): Answer {
  const { type, phone, service_id: serviceId, page, size } = call.query;
  const shared = type === 'public';
  const owner = shared ? phone : walletOf(call).phone;
  const found = [...world.templates.values()].filter(
    (template) =>
      (owner === undefined || template.owner === owner) &&
      (type === undefined || template.type === type) &&
      (serviceId === undefined || String(template.service.id) === serviceId),
  );
  const perPage = whole(size, 20, 1);
  const start = (whole(page, 1, 1) - 1) * perPage;
  return { data: found.slice(start, start + perPage).map(view) };
}

function create(world: World, call: Call): Answer {
  const template: Template = { id: world.objectId(), owner: walletOf(call).phone, ...read(world, call, {}) };
  world.templates.set(template.id, template);
  return { data: { id: template.id } };
}

function update(world: World, call: Call): Answer {
  const template = own(world, call);
  Object.assign(template, read(world, call, template));
  return {};
}

function remove(world: World, call: Call): Answer {
  world.templates.delete(own(world, call).id);
  return {};
}

/** Templates of `out` payments: operations 52 to 56 (section 2.10). */
export function templateOperations(world: World): Operation[] {
  const W = { auth: 'wallet' } as const;
  const all = '/payments/templates';
  const one = `${all}/:id(^[0-9a-f]{24}$)`;
  return [
    { id: 'templates.create', method: 'POST', path: all, ...W, handle: (call) => create(world, call) },
    { id: 'templates.list', method: 'GET', path: all, ...W, handle: (call) => list(world, call) },
    { id: 'templates.get', method: 'GET', path: one, ...W, handle: (call) => ({ data: view(visible(world, call)) }) },
    { id: 'templates.update', method: 'POST', path: one, ...W, handle: (call) => update(world, call) },
    { id: 'templates.delete', method: 'DELETE', path: one, ...W, handle: (call) => remove(world, call) },
  ];
}
