import { sha256 } from '../../lib/crypto.ts';

/** From here up are the numbers that are given; a partner's own numbers are below. */
const FIRST = 9_000_000_000_000n;
/** Fifteen digits at most: exact wherever a provider keeps it. */
const PAST_LAST = 1_000_000_000_000_000n;

/**
 * The number under which a customer is known to a provider that numbers its users: a whole number of the partner's own is taken
 * as it is; any other id is given one. It follows from the id alone, so it is the same at every provider, and still is when this
 * database is lost: another number would be another client there, and a number counted anew somebody else's.
 * @param attempt how many numbers of this id were found to be another customer's
 * @returns digits
 */
export function upstreamUserId(externalId: string, attempt = 0): string {
  if (attempt === 0 && /^(0|[1-9]\d{0,12})$/.test(externalId) && BigInt(externalId) < FIRST) return externalId;
  const hash = BigInt(`0x${sha256(JSON.stringify([externalId, attempt]))}`);
  return `${FIRST + (hash % (PAST_LAST - FIRST))}`;
}
