import { randomBytes } from 'node:crypto';
import { book } from './engine.ts';
import { amount as amountOf } from './fields.ts';
import { ACCOUNT, type Call, type Operation } from './http.ts';
import { checkLimits } from './limit-rules.ts';
import type { Refill } from './model.ts';
import { amountView } from './money.ts';
import { mustBeOpen, walletOf } from './wallets.ts';
import type { World } from './world.ts';

/** Refills by a link of the faster payments system (section 3.2). */

const LINK_LIVES_MS = 15 * 60_000;

/** The link that `account.refill` answers: a page of the sandbox stands in for the client's bank. */
export const payloadOf = (world: World, { code, amount }: Refill): string =>
  `${world.url()}/sbp/${code}?type=02&sum=${amount}&cur=RUB`;

/** What a link has come to; one that nobody paid in time is expired. */
export function stateOfRefill(world: World, refill: Refill): Refill['state'] {
  const late = world.clock.now().getTime() >= refill.createdAt.getTime() + LINK_LIVES_MS;
  if (refill.state === 'waiting' && late) refill.state = 'expired';
  return refill.state;
}

/**
 * The client's bank pays a link: the wallet is credited, once.
 * @throws Refusal 500 when the wallet cannot take the money now; the link stays as it was
 */
export function payRefill(world: World, refill: Refill, bank: string): void {
  const { wallet, amount } = refill;
  if (stateOfRefill(world, refill) !== 'waiting') throw new Error(`refill ${refill.code} is ${refill.state}`);
  mustBeOpen(wallet);
  checkLimits(world, wallet, 'CREDIT', amount);
  book(world, wallet, { type: 'CREDIT', amount, description: `Refill by SBP, ${bank}` });
  refill.state = 'paid';
}

function create(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const amount = amountOf(call.body, 'amount');
  mustBeOpen(wallet);
  checkLimits(world, wallet, 'CREDIT', amount);
  const code = `SANDBOX${randomBytes(13).toString('hex').toUpperCase().slice(0, 25)}`;
  const refill: Refill = { code, wallet, amount, createdAt: world.clock.now(), state: 'waiting' };
  world.refills.set(code, refill);
  return { amount: amountView(amount, world.settings.amounts), payload: payloadOf(world, refill) };
}

/** Operation 6. */
export const refillOperations = (world: World): Operation[] => [
  {
    id: 'account.refill',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/refill`,
    body: 'json',
    handle: (call) => create(world, call),
  },
];
