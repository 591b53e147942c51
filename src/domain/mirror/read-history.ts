import type { ProviderPayment } from '../../connectors/values.ts';
import { present } from '../../lib/assert.ts';
import { readUpstream } from '../provider/errors.ts';
import type { Subject } from './subject.ts';

/** Lists that are left to whoever asks for one payment while a history is being read. */
const SHARE_OF_LISTS = 2;
/** Where a provider documents no limit. */
const LISTS_AT_A_TIME = 50;

/** A stretch of a history, oldest line first. */
export interface Stretch {
  items: ProviderPayment[];
  /** Where to go on reading towards the past; null when all was read. */
  until: Date | null;
}

/** How many lists one reading may use. */
export const listsAtATime = ({ connector }: Pick<Subject, 'connector'>): number =>
  Math.max(1, Math.trunc((connector.history?.listsPerMinute ?? LISTS_AT_A_TIME * SHARE_OF_LISTS) / SHARE_OF_LISTS));

/**
 * Reads the history of a wallet from `to` back to `from`, or as far as the provider's limit on lists allows in one minute.
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export function readHistory({ connector, call }: Subject, from: Date, to: Date, lists: number): Promise<Stretch> {
  const history = present(connector.history, 'HISTORY of a mirrored wallet');
  return readUpstream(async () => {
    const items: ProviderPayment[] = [];
    let cursor: string | undefined;
    for (let read = 0; read < lists; read += 1) {
      const page = await history.list(call, { from, to, ...(cursor ? { cursor } : {}) });
      items.push(...page.items);
      cursor = page.next ?? undefined;
      if (!cursor) break;
    }
    items.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || compareReferences(a.reference, b.reference));
    return { items, until: cursor ? (items[0]?.createdAt ?? null) : null };
  });
}

/** Numbers of a provider grow; as text a longer one would come first. */
const compareReferences = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);
