import type { Call } from '../../connectors/connector.ts';
import { ProviderUnavailable } from '../../connectors/outcome.ts';
import type { History } from '../../connectors/records.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
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
 * Reads something that tells a balance, between two readings of the history that agree: so it is certain which movements
 * the balance has in it.
 * @returns what was read; `opening` null where the history does not explain the balance
 * @throws what `read` throws; ProviderRejectedError, ProviderUnavailableError
 */
export async function readOpening<T>(
  { clock }: Pick<Deps, 'clock'>,
  { history, provider }: Connector,
  call: Call,
  read: () => Promise<T>,
): Promise<{ said: T; opening: Opening | null }> {
  if (!history?.explainsBalance) return { said: await read(), opening: null };
  const since = new Date(clock.now().getTime() - NEAR_MS);
  // a connector reads to the whole second, and movements may bear a time that is ahead of ours
  const near = () => referencesSince(history, call, since, new Date(clock.now().getTime() + NEAR_MS));
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await near();
    const said = await read();
    const after = await near();
    if (before.join() === after.join()) return { said, opening: { since, references: before } };
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

function referencesSince(history: History, call: Call, from: Date, to: Date): Promise<string[]> {
  return readUpstream(async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await history.list(call, { from, to, ...(cursor ? { cursor } : {}) });
      found.push(...page.items.map(({ reference, direction, status }) => `${direction}:${reference}:${status}`));
      cursor = page.next ?? undefined;
    } while (cursor);
    return found.sort();
  });
}

/** Begins to follow the history of a wallet whose opening balance is being booked in this transaction. */
export async function beginMirror(tx: Tx, walletId: string, { since, references }: Opening, now: Date): Promise<void> {
  const openingReferences = references.map((entry) => entry.slice(0, entry.lastIndexOf(':')));
  const dueAt = new Date(now.getTime() + FIRST_LOOK_MS);
  await tx.walletMirror.create({ data: { walletId, since, openingReferences, readTo: now, dueAt } });
}
