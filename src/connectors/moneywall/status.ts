import type { CreditSessionState } from '../credit-sessions.ts';
import type { Refusal } from '../outcome.ts';

/** Contract 3.1. A word that is not here proves nothing. */
const states: Readonly<Record<string, CreditSessionState>> = {
  processing: 'PROCESSING',
  cancelled: 'CANCELLED',
  authorized: 'AUTHORIZED',
  voided: 'VOIDED',
  refunded: 'REFUNDED',
  charged: 'CHARGED',
};

/** What a word stands for; null for one that is in no table. */
export const stateOf = (word: string): CreditSessionState | null =>
  Object.hasOwn(states, word) ? (states[word] ?? null) : null;

/**
 * How much of the order a state says was given back: nothing before there was an agreement, everything once it is cancelled or closed
 * by a refund (contract 3.1, trap M18). Partial refunds leave the state as it is, so the others do not tell.
 */
export const givenBack: Readonly<Record<CreditSessionState, 'NOTHING' | 'ALL' | 'UNTOLD'>> = {
  PROCESSING: 'NOTHING',
  CANCELLED: 'NOTHING',
  AUTHORIZED: 'UNTOLD',
  CHARGED: 'UNTOLD',
  VOIDED: 'ALL',
  REFUNDED: 'ALL',
};

type Meaning = Pick<Refusal, 'remedy' | 'errorCode' | 'declineReason' | 'blame'>;

const ours: Meaning = {
  remedy: 'NONE',
  errorCode: 'PROVIDER_REJECTED',
  declineReason: 'PROVIDER_REFUSED',
  blame: 'PROVIDER',
};

const fixable: Meaning = { ...ours, remedy: 'CHANGE_INPUT', declineReason: 'INVALID_DATA', blame: 'PAYMENT' };

/** Contract 4: no error code is documented, the status alone decides. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: ours,
  401: { ...ours, remedy: 'CHANGE_INPUT' },
  404: { ...ours, errorCode: 'NOT_FOUND', blame: 'PAYMENT' },
  409: { ...fixable, errorCode: 'CONFLICT' },
  413: fixable,
  415: ours,
  422: fixable,
};

/** What a refusal means; undefined when the status is not in the table: then nothing is proven. */
export const meaningOf = (status: number): Meaning | undefined => byStatus[status];

/** The same of a refund: whatever is not 200 was not carried out (contract 2.4), and a 4xx is surely the provider's own word. */
export const refundMeaningOf = (status: number): Meaning | undefined =>
  meaningOf(status) ?? (status >= 400 && status < 500 ? ours : undefined);
