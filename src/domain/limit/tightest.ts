import { LimitExceededError } from './errors.ts';

/**
 * Checks the caps of each source, and refuses by the tightest of all that are in the way.
 * @throws LimitExceededError
 */
export async function checkTightest(checks: (() => void | Promise<void>)[]): Promise<void> {
  const refused: LimitExceededError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof LimitExceededError)) throw error;
      refused.push(error);
    }
  }
  const [tightest] = refused.sort((a, b) => (leftOf(a) < leftOf(b) ? -1 : 1));
  if (tightest) throw tightest;
}

/** What the cap that is in the way still allows; minor units. */
function leftOf({ limit: { maxMinor, spentMinor, stated } }: LimitExceededError): bigint {
  return stated?.remainingMinor ?? (maxMinor ?? 0n) - (spentMinor ?? 0n);
}
