import { randomUUID } from 'node:crypto';
import { spend } from './engine.ts';
import { refuse, wrong } from './errors.ts';
import { amount as amountOf, text, uuid } from './fields.ts';
import { ACCOUNT, type Call, type Operation } from './http.ts';
import type { PaymentToken } from './model.ts';
import { mustBeOpen, walletOf } from './wallets.ts';
import type { World } from './world.ts';

/** Payments to merchants in two steps (section 3.3). */

const TOKEN_LIVES_MS = 15 * 60_000;

/** `payment.init`: a GET that makes an operation, another one each time (trap T-05); nothing is reserved. */
function init(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  mustBeOpen(wallet);
  const created: PaymentToken = { token: randomUUID(), wallet, createdAt: world.clock.now(), used: false };
  world.paymentTokens.set(created.token, created);
  return { walletId: wallet.walletId, token: created.token };
}

/** `payment.execute`: at most once for a token; a refused one may be tried again. */
function execute(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const { body } = call;
  const amount = amountOf(body, 'amount');
  const tsp = text(body, 'tsp');
  const token = uuid(body, 'token');
  const { walletId } = wallet;
  if (uuid(body, 'walletId') !== walletId) wrong('walletId', 'must be the wallet of the path');
  mustBeOpen(wallet);
  const issued = world.paymentTokens.get(token);
  if (issued === undefined || issued.wallet !== wallet) return refuse('OPERATION_TOKEN_UNKNOWN');
  if (issued.used)
    return world.settings.usedToken === 'answered' ? { walletId, token } : refuse('OPERATION_TOKEN_USED');
  if (world.clock.now().getTime() >= issued.createdAt.getTime() + TOKEN_LIVES_MS) refuse('OPERATION_TOKEN_EXPIRED');
  const merchant = world.merchants.get(tsp);
  if (merchant === undefined) return refuse('TSP_UNKNOWN');
  spend(world, wallet, { type: 'PAYMENT', amount, description: `Payment to ${merchant.name}`, tcp: tsp });
  issued.used = true;
  return { walletId, token };
}

/** Operations 7 and 8. */
export const paymentOperations = (world: World): Operation[] => [
  {
    id: 'payment.init',
    method: 'GET',
    path: `${ACCOUNT}/:walletId/payment/initialization`,
    handle: (call) => init(world, call),
  },
  {
    id: 'payment.execute',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/payment`,
    body: 'json',
    handle: (call) => execute(world, call),
  },
];
