import type { Call } from '../../connectors/connector.ts';
import { ProviderUnavailable } from '../../connectors/outcome.ts';
import type { History } from '../../connectors/records.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import type { Money } from '../../money/money.ts';
import { readUpstream } from '../provider/errors.ts';

/** Clocks differ and histories lag: movements this near to a reading are told apart by their numbers, not by their time. */
const NEAR_MS = 60 * 60_000;
/** How soon a history is read for the first time. */
const FIRST_LOOK_MS = 60_000;
const TRIES = 3;

/** From where on a history is followed: what is older, or has one of these numbers, is in the opening balance. */
export interface Opening {
  since: Date;
  references: string[];
}

/**
 * Reads something that tells balances, twice, and the history in between: where both readings agree it is certain which
 * movements the balances have in them.
 * @param balancesIn the balances that were read
 * @returns what was read; `opening` null where the history does not explain the balance
 * @throws what `read` throws; ProviderRejectedError, ProviderUnavailableError
 */
export async function readOpening<T>(
  { clock }: Pick<Deps, 'clock'>,
  { history, provider }: Connector,
  call: Call,
  read: () => Promise<T>,
  balancesIn: (said: T) => readonly (Money | null)[],
): Promise<{ said: T; opening: Opening | null }> {
  let said = await read();
  if (!history?.explainsBalance) return { said, opening: null };
  const since = new Date(clock.now().getTime() - NEAR_MS);
  // a connector reads to the whole second, and movements may bear a time that is ahead of ours
  const near = () => referencesSince(history, call, since, new Date(clock.now().getTime() + NEAR_MS));
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const references = await near();
    const again = await read();
    if (keyOf(balancesIn(said)) === keyOf(balancesIn(again))) return { said: again, opening: { since, references } };
    said = again;
  }
  return readUpstream(() => {
    throw new ProviderUnavailable('The history moves faster than it can be read.', {
      provider: provider.code,
      operation: present(history.operations[0], 'an operation of HISTORY'),
      why: 'OVERLOADED',
      mayHaveActed: false,
    });
  });
}

const keyOf = (balances: readonly (Money | null)[]): string =>
  balances
    .map((balance) => `${balance?.currency} ${balance?.minor}`)
    .sort()
    .join();

function referencesSince(history: History, call: Call, from: Date, to: Date): Promise<string[]> {
  return readUpstream(async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await history.list(call, { from, to, ...(cursor ? { cursor } : {}) });
      found.push(...page.items.map(({ reference, direction }) => `${direction}:${reference}`));
      cursor = page.next ?? undefined;
    } while (cursor);
    return found;
  });
}

/** Begins to follow the history of a wallet whose opening balance is being booked in this transaction. */
export async function beginMirror(tx: Tx, walletId: string, { since, references }: Opening, now: Date): Promise<void> {
  const dueAt = new Date(now.getTime() + FIRST_LOOK_MS);
  await tx.walletMirror.create({ data: { walletId, since, openingReferences: references, readTo: now, dueAt } });
}
