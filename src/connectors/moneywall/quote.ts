import { assert } from '../../lib/assert.ts';
import { Decimal, product } from '../../money/decimal.ts';
import { AmountError } from '../../money/money.ts';
import type { CreditQuote, CreditSessions } from '../credit-sessions.ts';
import { moscowTime } from '../moscow.ts';
import type { MoneywallConfig } from './config.ts';
import { amountIssue } from './money.ts';
import { offsetTime } from './time.ts';

const DAY_MS = 86_400_000;
/** Equal payments of every credit. */
const PAYMENTS = 3;

type Formula = Pick<MoneywallConfig, 'coefficientAfterTerm' | 'coefficientWithinTerm' | 'termDays'>;

/**
 * The price formula (contract 1.3, trap M9): payment = amount × K / 3. K depends on whole days from the day in Moscow on which the agreement
 * is opened to the day, where it is, of the first departure. Total and payment are each rounded half up to a kopeck.
 */
export function quoteCredit(formula: Formula, order: Parameters<CreditSessions['quote']>[0]): CreditQuote {
  const { amount, departsAt, opensAt } = order;
  const issue = amountIssue(amount);
  if (issue !== null) throw new AmountError(issue);
  const late = departsAt !== null && daysBetween(opensAt, departsAt) > formula.termDays;
  const coefficient = late ? formula.coefficientAfterTerm : formula.coefficientWithinTerm;
  const total = { ...amount, minor: product(amount.minor, coefficient, 'HALF_UP') };
  const payment = { ...amount, minor: product(total.minor, new Decimal(1).dividedBy(PAYMENTS), 'HALF_UP') };
  return { amount, coefficient, total, payment, payments: PAYMENTS };
}

function daysBetween(opensAt: Date, departsAt: string): number {
  const departure = offsetTime(departsAt);
  assert(departure !== null, 'a departure is a time with its offset');
  return (dayAt(departure) - dayAt(moscowTime(opensAt))) / DAY_MS;
}

/** Midnight, in a calendar without zones, of the day with which the text begins. */
const dayAt = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
