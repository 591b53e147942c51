import type { Grant, Operation, Refill, Wallet } from './model.ts';
import { decimal } from './money.ts';
import { payloadOf, stateOfRefill } from './refills.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

/** A wallet as the control API shows it; amounts as decimal text. */
export const walletState = ({ walletId, number, phone, level, closed, balance, partner }: Wallet) => ({
  walletId,
  number,
  phone,
  status: closed ? 'CLOSED' : level,
  balance: decimal(balance),
  clientId: partner.clientId,
});

/** An operation as the control API shows it, with the number that its actions take. */
export const operationState = ({ id, wallet, type, amount, description, tcp, at, state, refunded }: Operation) => ({
  id,
  walletId: wallet.walletId,
  type,
  amount: decimal(amount),
  description,
  tcp,
  at: stamp(at),
  state,
  refunded: decimal(refunded),
});

/** A refill as the control API shows it. */
export const refillState = (world: World, refill: Refill) => ({
  code: refill.code,
  payload: payloadOf(world, refill),
  walletId: refill.wallet.walletId,
  amount: decimal(refill.amount),
  state: stateOfRefill(world, refill),
});

const grantState = ({ partner, accessUntil, refreshUntil }: Grant) => ({
  clientId: partner.clientId,
  accessUntil: stamp(accessUntil),
  refreshUntil: stamp(refreshUntil),
});

/** What the control API shows of the whole provider. */
export const stateOf = (world: World) => ({
  settings: world.settings,
  nextOutcomes: world.nextOutcomes,
  grants: world.grants.map(grantState),
  wallets: [...world.wallets.values()].map(walletState),
  operations: world.operations.slice(-200).map(operationState),
  refills: [...world.refills.values()].slice(-200).map((refill) => refillState(world, refill)),
  banks: [...world.banks.keys()],
  merchants: [...world.merchants.keys()],
});
