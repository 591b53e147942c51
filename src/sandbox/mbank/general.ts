import { dictionary, refuse } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Location } from './model.ts';
import { unchanged } from './services.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

function errors(world: World, call: Call): Answer {
  if (unchanged(world, call)) return { unchanged: true };
  return { meta: { request_time: world.seconds() }, data: dictionary() };
}

const options = { support_phone: '+380991032585', mobile_operators_category_ids: { ru: 3 } };

const GROUPS = ['replenishment', 'verification', 'money_transfer'];

function numbers(text: string): number[] {
  return text.split(',').map((part) => (/^-?\d+(\.\d+)?$/.test(part.trim()) ? Number.parseFloat(part) : Number.NaN));
}

/** Metres between two points on the globe. */
function metres(longitude: number, latitude: number, to: Location): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const across = Math.sin(radians(to.longitude - longitude) / 2) ** 2;
  const along = Math.sin(radians(to.latitude - latitude) / 2) ** 2;
  const chord = along + Math.cos(radians(latitude)) * Math.cos(radians(to.latitude)) * across;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(chord));
}

/** `locations.list` (section 2.8): longitude always comes first (trap T-40). */
function locations(world: World, { query }: Call): Answer {
  const { group, point, square, distance = '500' } = query;
  if (group !== undefined && !GROUPS.includes(group)) refuse('invalid_location_group');
  let found = world.locations.filter((location) => group === undefined || location.group === group);
  if (point !== undefined) {
    const [longitude = Number.NaN, latitude = Number.NaN] = numbers(point);
    if (!point.includes(',')) refuse('missed_location_point_comma');
    const radius = Number.parseInt(distance, 10);
    found = found.filter((location) => metres(longitude, latitude, location) <= radius);
  }
  if (square !== undefined) {
    if (!square.includes(',')) refuse('missed_location_square_comma');
    const corners = numbers(square);
    if (corners.length !== 4 || corners.some(Number.isNaN)) refuse('wrong_location_square_points_amount');
    const [left = 0, top = 0, right = 0, bottom = 0] = corners;
    found = found.filter(
      ({ longitude, latitude }) => longitude >= left && longitude <= right && latitude <= top && latitude >= bottom,
    );
  }
  return { data: found };
}

type LimitValue = boolean | string;
const limitRow = (title: string, description: string, values: [LimitValue, LimitValue, LimitValue]) => ({
  title,
  description,
  limits: (['anonymous', 'verified', 'personified'] as const).map((status, index) => {
    const value = values[index] ?? false;
    return { type: typeof value === 'boolean' ? 'bool' : 'string', value, status };
  }),
});

/** What a person reads about the limits; the figures are those of section 2.11. */
const limits = [
  limitRow(
    'Максимальный остаток на счет',
    'Сумма сверх указанного лимита будет временно недоступна для любых операций',
    ['60000', '60000', '60000'],
  ),
  limitRow('Пополнение', 'Наибольшая сумма одного пополнения', ['15000', '15000', '15000']),
  limitRow('Платеж', 'Наибольшая сумма одного платежа', ['15000', '15000', '15000']),
  limitRow('Переводы между кошельками', '', [false, true, true]),
  limitRow('Оборот пополнений за месяц', '', ['200000', '200000', '200000']),
  limitRow('Оборот платежей за месяц', '', ['200000', '200000', '200000']),
  limitRow('Оборот переводов за месяц', '', [false, '40000', '40000']),
];

/** `payments.best.log`: written down, nothing more is documented (trap T-46: no credentials). */
function bestLog(world: World, { body }: Call): Answer {
  const party = (value: unknown) => {
    const { id, phone } = (value ?? {}) as { id?: unknown; phone?: unknown };
    return typeof id === 'number' && typeof phone === 'string';
  };
  if (typeof body['payment_id'] !== 'number' || !party(body['sender']) || !party(body['recipient']))
    refuse('empty_request');
  world.bestLog.push(body);
  return {};
}

/** `payments.best.list`: returning a transfer marks it as seen (section 3.8). */
function bestList(world: World, call: Call): Answer {
  const { phone, unseenBest } = walletOf(call);
  const transfers = world.bestTransfers.get(phone) ?? [];
  return {
    best: true,
    data: transfers.map((transfer) => ({ ...transfer, ...(unseenBest.has(transfer.number) ? { unseen: true } : {}) })),
    after: () => unseenBest.clear(),
  };
}

/** Errors, options, locations, limits and BEST transfers: operations 1, 2, 37 to 39, 44 and 45. */
export function generalOperations(world: World): Operation[] {
  const W = { method: 'GET', auth: 'wallet' } as const;
  return [
    { id: 'errors.list', path: '/errors', method: 'GET', auth: 'none', handle: (call) => errors(world, call) },
    { id: 'options.get', path: '/options', ...W, handle: () => ({ data: options }) },
    { id: 'locations.list', path: '/locations', ...W, handle: (call) => locations(world, call) },
    { id: 'limits.list', path: '/limits', ...W, handle: () => ({ data: limits }) },
    {
      id: 'payments.best.log',
      path: '/payments/best/p2p',
      method: 'POST',
      auth: 'none',
      handle: (call) => bestLog(world, call),
    },
    {
      id: 'payments.best.list',
      path: '/payments/best',
      ...W,
      scope: 'payments.read',
      handle: (call) => bestList(world, call),
    },
    {
      id: 'payments.best.reset_unseen',
      path: '/payments/best/reset_unseen',
      ...W,
      scope: 'payments.read',
      handle(call) {
        walletOf(call).unseenBest.clear();
        return { data: 'ok' };
      },
    },
  ];
}
