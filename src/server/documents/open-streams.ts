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
  shown: Endable;
}

/** Looks twice a second whether the rules of those partners have changed who have subscriptions open here. */
export function createOpenStreams(deps: Pick<Deps, 'db'> & { log: Log }, documents: Documents): OpenStreams {
  const open = new Set<Watched>();
  const timer: Timer = startTimer('look for revoked documents', RULES_KEPT_MS, deps.log, async () => {
    if (open.size === 0) return;
    // who comes while the rules are read is looked at the next time: its partner was not asked for
    const streams = [...open];
    const rules = await readDocumentRules(deps.db, [...new Set(streams.map(({ partnerId }) => partnerId))]);
    const judge = oncePerDocument(documents);
    for (const stream of streams) {
      const error = await refusalOf(stream, rules.get(stream.partnerId), judge);
      if (error) stream.shown.end(error);
    }
  });
  const unstopped = (error: unknown) =>
    deps.log.warn({ err: error }, 'the source of a subscription that was ended did not stop');
  return {
    watch({ partnerId, persisted, version }, results) {
      const shown = new Endable(results[Symbol.asyncIterator](), () => open.delete(watched), unstopped);
      const watched: Watched = { partnerId, documentId: persisted?.documentId ?? null, version, shown };
      open.add(watched);
      return shown;
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
    const live = known.get(key) ?? isThere(documents.find(partnerId, documentId, version));
    known.set(key, live);
    return live;
  };
}

const isThere = async (found: unknown): Promise<boolean> => (await found) !== null;

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

const DONE = { done: true, value: undefined } as const;

/** Results that can be ended from outside, even while nothing comes. A class, because many are open at a time: its functions are there once. */
class Endable implements AsyncIterableIterator<ExecutionResult> {
  #over = false;
  #ending: GraphQLError | null = null;
  /** Answers the reader that waits, if one does. */
  #answer: ((item: IteratorResult<ExecutionResult>) => void) | null = null;

  /**
   * @param onEnd called when they end, however they do
   * @param onUnstopped told when they are ended from outside and their source cannot be left
   */
  constructor(
    private readonly source: AsyncIterator<ExecutionResult>,
    private readonly onEnd: () => void,
    private readonly onUnstopped: (error: unknown) => void,
  ) {}

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#over) return Promise.resolve(this.#last());
    return new Promise((resolve, reject) => {
      this.#answer = (item) => {
        this.#answer = null;
        if (item.done) this.onEnd();
        resolve(item);
      };
      this.source.next().then(
        (item) => this.#answer?.(item),
        (error: unknown) => {
          this.onEnd();
          reject(error);
        },
      );
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    await this.#leave();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    await this.#leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  end(error: GraphQLError): void {
    if (this.#over) return;
    this.#ending = error;
    // whatever the source says to being left, its reader is told the reason
    this.#leave().catch(this.onUnstopped);
    this.#answer?.(this.#last());
  }

  async #leave(): Promise<void> {
    this.#over = true;
    this.onEnd();
    await this.source.return?.();
  }

  #last(): IteratorResult<ExecutionResult> {
    const error = this.#ending;
    this.#ending = null;
    return error ? { done: false, value: { errors: [error] } } : DONE;
  }
}
