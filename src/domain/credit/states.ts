import type { CreditSessionState } from '../../db/generated/enums.ts';

/**
 * Which changes of state there are. CHARGED may last for ever: it ends only when everything is given back.
 * (Moneywall, "States of a session" and "Refund".)
 */
export const allowedSteps: Record<CreditSessionState, readonly CreditSessionState[]> = {
  PROCESSING: ['AUTHORIZED', 'CANCELLED'],
  AUTHORIZED: ['VOIDED', 'CHARGED'],
  CHARGED: ['REFUNDED'],
  CANCELLED: [],
  VOIDED: [],
  REFUNDED: [],
};

/** Does nothing come after this state? */
export const isFinal = (state: CreditSessionState): boolean => allowedSteps[state].length === 0;

/** The states in which something of the order can be given back. */
export const refundableStates: readonly CreditSessionState[] = ['AUTHORIZED', 'CHARGED'];

/** What a state that was told means for a session that is known to be in another one, or in none yet. */
export type Finding =
  /** The steps that lead there, those that nobody told us of among them. */
  | { kind: 'steps'; steps: CreditSessionState[] }
  /** It is there already. */
  | { kind: 'same' }
  /** The answer is older than what is known. */
  | { kind: 'stale' }
  /** No way leads from one to the other, in either direction: one of the two was never true. */
  | { kind: 'contradiction' };

/**
 * What to make of a state that was told. A session is never moved back, and only along the allowed steps.
 * @param known the state that is known; null when none is
 * @param told what the provider says now
 */
export function judge(known: CreditSessionState | null, told: CreditSessionState): Finding {
  if (known === null) return { kind: 'steps', steps: ['PROCESSING', ...(way('PROCESSING', told) ?? [])] };
  if (known === told) return { kind: 'same' };
  const steps = way(known, told);
  if (steps) return { kind: 'steps', steps };
  return { kind: way(told, known) ? 'stale' : 'contradiction' };
}

/** The steps from one state to another; null when there is no way. There is never more than one: the table is a tree. */
function way(from: CreditSessionState, to: CreditSessionState): CreditSessionState[] | null {
  if (from === to) return [];
  for (const next of allowedSteps[from]) {
    const rest = way(next, to);
    if (rest) return [next, ...rest];
  }
  return null;
}
