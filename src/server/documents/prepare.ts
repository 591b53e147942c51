import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Deps } from '../../deps.ts';
import { onPublished, textsInUse, textsOf } from '../../domain/document/texts.ts';
import type { Documents, ReadyText } from './documents.ts';
import { ownDocuments } from './own-documents.ts';

/** Texts that are made ready when the gateway starts, and at a publication: the rest wait for their first request. */
const MOST_TEXTS = 500;

/** Documents are made ready apart from the requests. */
export interface Preparing {
  /** No further document; waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Makes documents ready in the background, one in a turn of the event loop: the gateway's own and those that were used last when this begins, then
 * whatever a partner has published, here or, once its rules say that they have changed, elsewhere.
 * @param prepare does what a document's first request would do
 */
export function startPreparing(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  documents: Documents,
  prepare: (document: ReadyText) => void,
): Preparing {
  let stopped = false;
  const partners = new Set<string>();
  const missed = (error: unknown) =>
    log.warn({ err: error }, 'documents could not be made ready before they are asked for');
  const each = async (found: Iterable<string | ReadyText>) => {
    for (const one of found) {
      await nextTurn();
      if (stopped) return;
      try {
        prepare(typeof one === 'string' ? documents.read(one) : one);
      } catch (error) {
        missed(error);
      }
    }
  };
  const published = async () => {
    for (const partnerId of partners) {
      if (stopped) return;
      partners.delete(partnerId);
      await each(await textsOf(db, partnerId, MOST_TEXTS));
    }
  };
  let work = each(ownDocuments())
    .then(async () => each(await textsInUse(db, MOST_TEXTS)))
    .catch(missed);
  const changed = (partnerId: string) => {
    if (stopped || partners.has(partnerId)) return;
    partners.add(partnerId);
    work = work.then(published).catch(missed);
  };
  const leave = [onPublished(db, changed), documents.onChange(changed)];
  return {
    async stop() {
      stopped = true;
      for (const stop of leave) stop();
      await work;
    },
  };
}
