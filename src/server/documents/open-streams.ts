import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Deps } from '../../deps.ts';
import { type DocumentRules, readDocumentRules } from '../../domain/document/rules.ts';
import type { Log } from '../../lib/log.ts';
import { startTimer, type Timer } from '../timer.ts';
import { type Admission, notFound, persistedOnly } from './admit-document.ts';
import { type Documents, RULES_KEPT_MS } from './documents.ts';

/** The admission of one who has documents. */
export type TenantAdmission = Admission & { partnerId: string };

/** Subscriptions that are open in this process, and the right to run their documents. */
export interface OpenStreams {
  /** The same results, until the partner may no longer run the document: then an error with the reason, and the end. */
  watch(admission: TenantAdmission, results: AsyncIterable<ExecutionResult>): AsyncIterableIterator<ExecutionResult>;
  /** No further look. */
  stop(): Promise<void>;
}

interface Watched {
  partnerId: string;
  /** Null: it was sent as a text. */
  documentId: string | null;
  /** Of the partner's documents when this was last looked at. */
  version: number;
  end(error: GraphQLError): void;
}

/** Looks twice a second whether the rules of those partners have changed who have subscriptions open here. */
export function createOpenStreams(deps: Pick<Deps, 'db'> & { log: Log }, documents: Documents): OpenStreams {
  const open = new Set<Watched>();
  const timer: Timer = startTimer('look for revoked documents', RULES_KEPT_MS, deps.log, async () => {
    if (open.size === 0) return;
    const rules = await readDocumentRules(deps.db, [...new Set([...open].map(({ partnerId }) => partnerId))]);
    const judge = oncePerDocument(documents);
    for (const stream of [...open]) {
      const error = await refusalOf(stream, rules.get(stream.partnerId), judge);
      if (error) stream.end(error);
    }
  });
  const unstopped = (error: unknown) =>
    deps.log.warn({ err: error }, 'the source of a subscription that was ended did not stop');
  return {
    watch({ partnerId, persisted, version }, results) {
      const { iterator, end } = endable(results, () => open.delete(watched), unstopped);
      const watched: Watched = { partnerId, documentId: persisted?.documentId ?? null, version, end };
      open.add(watched);
      return iterator;
    },
    stop: () => timer.stop(),
  };
}

type Judge = (partnerId: string, documentId: string, version: number) => Promise<boolean>;

/** Is the document live? Many streams may have been started by the same one. */
function oncePerDocument(documents: Documents): Judge {
  const known = new Map<string, Promise<boolean>>();
  return (partnerId, documentId, version) => {
    const key = `${partnerId} ${documentId}`;
    const live = known.get(key) ?? documents.find(partnerId, documentId, version).then((found) => found !== null);
    known.set(key, live);
    return live;
  };
}

async function refusalOf(
  stream: Watched,
  rules: DocumentRules | undefined,
  isLive: Judge,
): Promise<GraphQLError | null> {
  if (!rules) return notFound();
  if (stream.documentId === null) return rules.policy === 'OPEN' ? null : persistedOnly();
  if (rules.version === stream.version) return null;
  const live = await isLive(stream.partnerId, stream.documentId, rules.version);
  stream.version = rules.version;
  return live ? null : notFound();
}

/**
 * Results that can be ended from outside, even while nothing comes.
 * @param onEnd called when they end, however they do
 * @param onUnstopped told when they are ended from outside and their source cannot be left
 */
function endable(results: AsyncIterable<ExecutionResult>, onEnd: () => void, onUnstopped: (error: unknown) => void) {
  const source = results[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let over = false;
  let ending: GraphQLError | null = null;
  /** Answers the reader that waits, if one does. */
  let answer: ((item: IteratorResult<ExecutionResult>) => void) | null = null;
  const leave = async () => {
    over = true;
    onEnd();
    await source.return?.();
  };
  const last = (): IteratorResult<ExecutionResult> => {
    const error = ending;
    ending = null;
    return error ? { done: false, value: { errors: [error] } } : done;
  };
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    next() {
      if (over) return Promise.resolve(last());
      return new Promise((resolve, reject) => {
        answer = (item) => {
          answer = null;
          if (item.done) onEnd();
          resolve(item);
        };
        const fail = (error: unknown) => {
          onEnd();
          reject(error);
        };
        source.next().then((item) => answer?.(item), fail);
      });
    },
    async return() {
      await leave();
      return done;
    },
    async throw(error: unknown) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  const end = (error: GraphQLError) => {
    if (over) return;
    ending = error;
    // whatever the source says to being left, its reader is told the reason
    leave().catch(onUnstopped);
    answer?.(last());
  };
  return { iterator, end };
}
