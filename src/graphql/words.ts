import { seesPersonalData } from './access.ts';
import type { Context } from './context.ts';
import { maskNumbers } from './person.ts';

/**
 * Words that somebody wrote, as this caller may read them: the numbers in them (phones, accounts) are masked for whoever may not see
 * the personal data of one of these customers.
 */
export function wordsFor(
  context: Context,
  customerIds: readonly (string | null)[],
  text: string | null,
): string | null {
  const whole = text === null || [null, ...customerIds].some((id) => seesPersonalData(context, id));
  return whole ? text : maskNumbers(text);
}
