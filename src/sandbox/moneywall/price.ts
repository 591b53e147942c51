import type { Kopecks, Session } from './model.ts';
import { daysBetween, moscowDay } from './time.ts';

/** The formula of section 1.3, for the payment graph on the page. */

const LOAN_DAYS = 64;
const PAYMENTS = 3n;

export interface Price {
  /** K in hundredths. */
  percent: bigint;
  total: Kopecks;
  payment: Kopecks;
}

/** K is 1.10 when the departure is more than 64 days after the opening of the agreement (trap M9); rounded half up. */
export function priceOf({ amount, departureDay, openedAt }: Session, now: Date): Price {
  const late = departureDay !== null && daysBetween(moscowDay(openedAt ?? now), departureDay) > LOAN_DAYS;
  const percent = late ? 110n : 120n;
  const total = (amount * percent + 50n) / 100n;
  return { percent, total, payment: (2n * total + PAYMENTS) / (2n * PAYMENTS) };
}
