import { refuse } from './errors.ts';
import { checkLimits } from './limit-rules.ts';
import type { Kopecks, Operation, OperationType, Outcome, Wallet } from './model.ts';
import type { World } from './world.ts';

/** How balances change: each change is one line of the report. */

interface Line {
  type: OperationType;
  amount: Kopecks;
  description: string;
  tcp?: string | null;
  /** Now, when left out. */
  at?: Date;
  state?: Operation['state'];
}

const incoming: ReadonlySet<OperationType> = new Set(['CREDIT', 'REFUND']);

/** Moves the balance and writes the line. @throws Error when the balance does not suffice: the callers check that */
export function book(world: World, wallet: Wallet, { at, tcp = null, state = 'settled', ...line }: Line): Operation {
  const now = world.clock.now();
  const after = wallet.balance + (incoming.has(line.type) ? line.amount : -line.amount);
  if (after < 0n) throw new Error(`wallet ${wallet.walletId} does not hold ${line.amount} kopecks`);
  const operation: Operation = {
    ...line,
    id: world.number(),
    wallet,
    tcp,
    at: at ?? new Date(Math.floor(now.getTime() / 1000) * 1000),
    visibleAt: new Date((at ?? now).getTime() + world.settings.reportLagMs),
    state,
    refunded: 0n,
  };
  wallet.balance = after;
  wallet.operations.push(operation);
  world.operations.push(operation);
  return operation;
}

/** Gives money of a payment or a withdrawal back, all that is left of it unless told; the report shows a `REFUND`. */
export function refund(world: World, operation: Operation, amount = operation.amount - operation.refunded): Operation {
  const { wallet, description, tcp } = operation;
  if (incoming.has(operation.type)) throw new Error(`a ${operation.type} is not refunded`);
  if (amount <= 0n || operation.refunded + amount > operation.amount)
    throw new Error(`${amount} kopecks are not left of operation ${operation.id}`);
  operation.refunded += amount;
  if (operation.refunded === operation.amount) operation.state = 'refunded';
  return book(world, wallet, { type: 'REFUND', amount, description: `Refund: ${description}`, tcp });
}

/**
 * Takes a payment or a withdrawal out of a wallet, at once (sections 3.3 and 3.4).
 * @throws Refusal 500: a limit, the balance, or the decision that was ordered; nothing moves then
 */
export function spend(world: World, wallet: Wallet, line: Line & { type: 'PAYMENT' | 'DEBIT' }): Operation {
  checkLimits(world, wallet, line.type, line.amount);
  if (wallet.balance < line.amount) refuse('INSUFFICIENT_FUNDS');
  const outcome: Outcome = world.nextOutcomes.shift() ?? { kind: world.settings.execution };
  if (outcome.kind === 'decline') return refuse(outcome.code);
  const operation = book(world, wallet, { ...line, state: outcome.kind === 'complete' ? 'settled' : 'pending' });
  if (outcome.kind === 'refund') refund(world, operation);
  return operation;
}
