import { wrong } from './errors.ts';
import { ACCOUNT, type Call, type Operation as HttpOperation } from './http.ts';
import { type Kopecks, type Operation, operationTypes } from './model.ts';
import { amountView, decimal, kopecksOf } from './money.ts';
import { parseMoment, stamp } from './time.ts';
import { walletOf } from './wallets.ts';
import type { World } from './world.ts';

/** `account.report`: the operations of a wallet, newest first, filtered and in pages. */

const MAX_SIZE = 100;
const DEFAULT_SIZE = 20;
type Query = Call['query'];

function moment(query: Query, name: string): Date | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  return parseMoment(value) ?? wrong(name, 'must have the form YYYY-MM-DD HH-MM-SS');
}

function sum(query: Query, name: string): Kopecks | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  return kopecksOf(value) ?? wrong(name, 'must have the form 123.00');
}

function whole(query: Query, name: string, standard: number, min: number, max: number): number {
  const value = query[name];
  if (value === undefined) return standard;
  const read = /^\d{1,9}$/.test(value) ? Number.parseInt(value, 10) : -1;
  return read >= min && read <= max ? read : wrong(name, `must be digits, from ${min} to ${max}`);
}

/** Whether an operation passes the filters; limits of time and amount are inclusive. */
function filterOf(query: Query): (operation: Operation) => boolean {
  const from = moment(query, 'dateFrom');
  const till = moment(query, 'dateTo');
  const least = sum(query, 'amountFrom');
  const most = sum(query, 'amountTo');
  const { operationType } = query;
  if (operationType !== undefined && !operationTypes.some((type) => type === operationType))
    wrong('operationType', `must be one of ${operationTypes.join(', ')}`);
  return ({ type, at, amount }) =>
    (operationType === undefined || type === operationType) &&
    (from === undefined || at >= from) &&
    (till === undefined || at <= till) &&
    (least === undefined || amount >= least) &&
    (most === undefined || amount <= most);
}

function view({ settings }: World, { type, description, at, amount, tcp }: Operation): object {
  return {
    operationType: type,
    description,
    operationDate: stamp(at),
    amount: amountView(amount, settings.amounts),
    formattedAmount: decimal(amount),
    [settings.receiver]: tcp,
  };
}

/** A list as the settings have it: an array, or its only record itself (trap T-10). */
export const listView = <T>({ settings }: World, records: T[]): T | T[] => {
  const [first] = records;
  return settings.single === 'object' && records.length === 1 && first !== undefined ? first : records;
};

function report(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const passes = filterOf(call.query);
  const page = whole(call.query, 'page', 0, 0, 999_999_999);
  const size = whole(call.query, 'size', DEFAULT_SIZE, 1, MAX_SIZE);
  const now = world.clock.now();
  const found = wallet.operations.filter((operation) => operation.visibleAt <= now && passes(operation)).reverse();
  const shown = found.slice(page * size, (page + 1) * size);
  return {
    content: listView(
      world,
      shown.map((operation) => view(world, operation)),
    ),
  };
}

/** Operation 5. */
export const reportOperations = (world: World): HttpOperation[] => [
  {
    id: 'account.report',
    method: 'GET',
    path: `${ACCOUNT}/:walletId/report`,
    handle: (call) => report(world, call),
  },
];
