import { request } from 'undici';
import type { Clock } from '../lib/clock.ts';

/** A call that a provider makes to us. */
export interface WebhookCall {
  /** The contract's operation id, for example `notify.payment`. */
  operation: string;
  /** POST when left out. */
  method?: 'POST' | 'GET';
  url: string;
  headers: Record<string, string>;
  /** Empty: none is sent. */
  body: string;
  /** The provider's own rule for repeating a call; without it the sandbox's: any 2xx within ten seconds. */
  repeat?: Repeat;
}

/** When a call has failed, and how often it is made again. */
export interface Repeat {
  /** Pauses before the repetitions; when the sandbox was given pauses, their number counts and those are made. */
  delaysMs: readonly number[];
  answerWithinMs: number;
  /** The statuses that end the matter. */
  accepts: readonly number[];
}

export interface Webhook extends WebhookCall {
  id: number;
  provider: string;
  state: 'withheld' | 'queued' | 'delivered' | 'failed';
  attempts: { at: string; status: number | null; error?: string }[];
}

const ANSWER_WITHIN_MS = 10_000;
const RETRY_DELAYS_MS = [1_000, 5_000, 30_000] as const;
/** How many calls are remembered for the control API. */
const REMEMBERED = 10_000;

/**
 * The outgoing calls of all providers. They go one after the other, in the order of the events, unless they are withheld and
 * released in another order. A call that was not taken is repeated by the provider's rule, or after each of the usual pauses.
 */
export class Webhooks {
  readonly #clock: Clock;
  readonly #given: readonly number[] | undefined;
  readonly #withholding = new Set<string>();
  readonly #copies = new Map<string, number>();
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  readonly #forgotten = new WeakSet<Webhook>();
  #log: Webhook[] = [];
  #tail: Promise<void> = Promise.resolve();
  #open = new Set<Promise<void>>();
  #nextId = 1;
  #closed = false;

  /** @param retryDelaysMs pauses instead of the providers' own, for tests */
  constructor(clock: Clock, retryDelaysMs?: readonly number[]) {
    this.#clock = clock;
    this.#given = retryDelaysMs;
  }

  /** Records a call and delivers it, unless the provider's calls are withheld. */
  emit(provider: string, call: WebhookCall): Webhook {
    const hook: Webhook = { ...call, id: this.#nextId++, provider, state: 'withheld', attempts: [] };
    this.#log.push(hook);
    if (this.#log.length > REMEMBERED) this.#log.splice(0, REMEMBERED / 2);
    if (this.#withholding.has(provider)) return hook;
    this.#send(hook);
    const copies = this.#copies.get(provider) ?? 0;
    if (copies > 0) {
      this.#copies.set(provider, copies - 1);
      this.#send(hook);
    }
    return hook;
  }

  /** Keeps back the provider's further calls. */
  withhold(provider: string): void {
    this.#withholding.add(provider);
  }

  /**
   * Delivers what was kept back and stops withholding.
   * @param order oldest first, newest first, or the ids in the order wanted (then only these, and withholding goes on)
   */
  release(provider: string, order: 'fifo' | 'reverse' | number[] = 'fifo'): Webhook[] {
    const kept = this.list(provider).filter((hook) => hook.state === 'withheld');
    const chosen = Array.isArray(order)
      ? order.flatMap((id) => kept.filter((hook) => hook.id === id))
      : order === 'reverse'
        ? kept.reverse()
        : kept;
    if (!Array.isArray(order)) this.#withholding.delete(provider);
    for (const hook of chosen) this.#send(hook);
    return chosen;
  }

  /** Sends one call again; without an id, the next `times` calls will be sent twice each. */
  duplicate(provider: string, id?: number, times = 1): Webhook[] {
    if (id === undefined) {
      this.#copies.set(provider, (this.#copies.get(provider) ?? 0) + times);
      return [];
    }
    const found = this.list(provider).filter((hook) => hook.id === id);
    for (const hook of found) for (let n = 0; n < times; n += 1) this.#send(hook);
    return found;
  }

  /** Every call so far, oldest first. */
  list(provider?: string): Webhook[] {
    return this.#log.filter((hook) => provider === undefined || hook.provider === provider);
  }

  /** Resolves when nothing is under way and no repetition is due. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** Forgets everything of one provider, or all. */
  clear(provider?: string): void {
    for (const hook of this.list(provider)) this.#forgotten.add(hook);
    this.#log = provider === undefined ? [] : this.#log.filter((hook) => hook.provider !== provider);
    if (provider === undefined) {
      this.#withholding.clear();
      this.#copies.clear();
    } else {
      this.#withholding.delete(provider);
      this.#copies.delete(provider);
    }
  }

  /** Gives up what is not delivered yet. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const [timer, wake] of this.#timers) {
      clearTimeout(timer);
      wake();
    }
    await this.idle();
  }

  #send(hook: Webhook): void {
    hook.state = 'queued';
    const first = this.#tail.then(() => this.#attempt(hook));
    this.#tail = first.then(() => undefined);
    const whole = first.then((delivered) => this.#repeat(hook, delivered));
    this.#open.add(whole);
    whole.finally(() => this.#open.delete(whole));
  }

  async #repeat(hook: Webhook, deliveredAtOnce: boolean): Promise<void> {
    let delivered = deliveredAtOnce;
    for (const delay of this.#delays(hook)) {
      if (delivered || this.#closed) break;
      await this.#pause(delay);
      delivered = await this.#attempt(hook);
    }
    hook.state = delivered ? 'delivered' : 'failed';
  }

  #delays({ repeat }: Webhook): readonly number[] {
    if (repeat === undefined) return this.#given ?? RETRY_DELAYS_MS;
    return repeat.delaysMs.map((ms, index) => this.#given?.[index] ?? ms);
  }

  async #attempt(hook: Webhook): Promise<boolean> {
    if (this.#closed || this.#forgotten.has(hook)) return true;
    const at = this.#clock.now().toISOString();
    try {
      const { method = 'POST', url, headers, body, repeat } = hook;
      const within = repeat?.answerWithinMs ?? ANSWER_WITHIN_MS;
      const limits = { headersTimeout: within, bodyTimeout: within };
      const answer = await request(url, { method, headers, body: body === '' ? null : body, ...limits });
      await answer.body.dump();
      hook.attempts.push({ at, status: answer.statusCode });
      if (repeat !== undefined) return repeat.accepts.includes(answer.statusCode);
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch (error) {
      hook.attempts.push({ at, status: null, error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: NodeJS.Timeout = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.set(timer, resolve);
    });
  }
}
