import { refuse, wrong } from './errors.ts';
import { ACCOUNT, type Call, isObject, type Operation } from './http.ts';
import { limitsOf, systemLimits } from './limit-rules.ts';
import { type Kopecks, type LimitedType, limitedTypes, type OwnLimit, type Wallet } from './model.ts';
import { amountView, decimal, readAmount } from './money.ts';
import { mustBeOpen, walletOf } from './wallets.ts';
import type { World } from './world.ts';

/** Limits as the partner sees and lowers them (section 3.6). */

function view(world: World, wallet: Wallet): object {
  const { amounts } = world.settings;
  const operationLimits = limitedTypes.map((operationType) => {
    const { oneTime, month, enabled } = limitsOf(world, wallet, operationType);
    const oneTimeLimit = amountView(oneTime, amounts);
    return [operationType, { oneTimeLimit, monthLimit: amountView(month, amounts), enabled, operationType }];
  });
  const balanceLimit = amountView(systemLimits(world, wallet).balance, amounts);
  return { operationLimits: Object.fromEntries(operationLimits), balanceLimit };
}

/** A limit of the request: rubles, zero too. */
function limit(fields: Record<string, unknown>, name: string, path: string): Kopecks | undefined {
  if (fields[name] === undefined) return undefined;
  return readAmount(fields[name]) ?? wrong(`${path}.${name}`, 'must be a sum with at most two decimals');
}

function ownLimit(type: LimitedType, sent: unknown): OwnLimit {
  const path = `operationLimits.${type}`;
  if (!isObject(sent)) return wrong(path, 'must be an object');
  const { enabled, operationType = type } = sent;
  if (operationType !== type) wrong(`${path}.operationType`, `must be ${type}`);
  if (enabled !== undefined && typeof enabled !== 'boolean') return wrong(`${path}.enabled`, 'must be true or false');
  const oneTime = limit(sent, 'oneTimeLimit', path);
  const month = limit(sent, 'monthLimit', path);
  return {
    ...(oneTime === undefined ? {} : { oneTime }),
    ...(month === undefined ? {} : { month }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

/** The limits of the request by type: any subset of the three. */
function sentLimits({ operationLimits }: Call['body']): [LimitedType, OwnLimit][] {
  if (!isObject(operationLimits)) return wrong('operationLimits', 'must be an object');
  return Object.entries(operationLimits).map(([name, sent]) => {
    const type = limitedTypes.find((known) => known === name);
    return type === undefined ? wrong(`operationLimits.${name}`, 'is not a type') : [type, ownLimit(type, sent)];
  });
}

/** What is above the system's limits, by field. */
function aboveSystem(world: World, wallet: Wallet, limits: [LimitedType, OwnLimit][]): Record<string, string> {
  const system = systemLimits(world, wallet);
  const errors: Record<string, string> = {};
  for (const [type, { oneTime = 0n, month = 0n }] of limits) {
    if (oneTime > system.oneTime) errors[`operationLimits.${type}.oneTimeLimit`] = `at most ${decimal(system.oneTime)}`;
    if (month > system.month) errors[`operationLimits.${type}.monthLimit`] = `at most ${decimal(system.month)}`;
  }
  return errors;
}

/** `limits.set`: all or none; what is not named stays. */
function set(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const limits = sentLimits(call.body);
  mustBeOpen(wallet);
  const errors = aboveSystem(world, wallet, limits);
  if (Object.keys(errors).length > 0) refuse('LIMIT_ABOVE_SYSTEM', errors);
  for (const [type, own] of limits) wallet.own[type] = { ...wallet.own[type], ...own };
  return view(world, wallet);
}

function get(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  mustBeOpen(wallet);
  return view(world, wallet);
}

/** Operations 11 and 12. */
export const limitOperations = (world: World): Operation[] => [
  {
    id: 'limits.get',
    method: 'GET',
    path: `${ACCOUNT}/:walletId/limit`,
    handle: (call) => get(world, call),
  },
  {
    id: 'limits.set',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/limit`,
    body: 'json',
    handle: (call) => set(world, call),
  },
];
