import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/**
 * One planned fault. `before` means that the operation is not executed at all, `after` that its effect stays and only the
 * answer is spoilt. Faults are counted, never timed: each takes the next `times` matching calls.
 */
export const faultSchema = z.strictObject({
  provider: z.string(),
  /** An operation id of the provider's contract, a prefix of ids (`payments.create`), or `*`. */
  operation: z.string().default('*'),
  /** delay: answer later · status: answer an HTTP error · garbage: unreadable body · close: no answer · hold: wait for release */
  kind: z.enum(['delay', 'status', 'garbage', 'close', 'hold']),
  /** Left out: before for status and close, after for the rest. */
  when: z.enum(['before', 'after']).optional(),
  status: z.number().int().min(400).max(599).default(500),
  ms: z.number().int().min(0).max(600_000).default(1000),
  times: z.number().int().min(1).default(1),
});

export type FaultInput = z.input<typeof faultSchema>;
export interface Fault extends z.output<typeof faultSchema> {
  id: number;
  when: 'before' | 'after';
}

/** An answer ready to be written to the socket. */
export interface HttpAnswer {
  status: number;
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** The faults that wait for their calls, and the answers that are held back. */
export class Faults {
  #planned: Fault[] = [];
  #held: (() => void)[] = [];
  #nextId = 1;

  /** Plans a fault. @returns it, with its id */
  add(input: FaultInput): Fault {
    const parsed = faultSchema.parse(input);
    const early = parsed.kind === 'status' || parsed.kind === 'close';
    const fault: Fault = { ...parsed, id: this.#nextId++, when: parsed.when ?? (early ? 'before' : 'after') };
    this.#planned.push(fault);
    return { ...fault };
  }

  /** What is still planned. */
  list(): Fault[] {
    return this.#planned.map((fault) => ({ ...fault }));
  }

  /** Forgets the planned faults (of one provider) and lets held answers go. */
  clear(provider?: string): void {
    this.#planned = provider === undefined ? [] : this.#planned.filter((fault) => fault.provider !== provider);
    this.release();
  }

  /** Lets every held answer go. @returns how many there were */
  release(): number {
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
    return held.length;
  }

  /** The number of answers held right now. */
  get held(): number {
    return this.#held.length;
  }

  /** The fault for this call, if any is due; uses up one of its times. */
  take(provider: string, operation: string): Fault | undefined {
    const fault = this.#planned.find((candidate) => candidate.provider === provider && matches(candidate, operation));
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#planned.splice(this.#planned.indexOf(fault), 1);
    return fault;
  }

  /** Waits until `release`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#held.push(resolve);
    });
  }
}

function matches(fault: Fault, operation: string): boolean {
  return fault.operation === '*' || operation === fault.operation || operation.startsWith(`${fault.operation}.`);
}

/**
 * Executes one call of a provider's operation through the planned faults and writes its answer.
 * @param act executes the operation; called at most once
 * @param fail the provider's own form of an HTTP error
 */
export async function answerThroughFaults(
  faults: Faults,
  call: { provider: string; operation: string },
  reply: FastifyReply,
  act: () => HttpAnswer | Promise<HttpAnswer>,
  fail: (status: number) => HttpAnswer,
): Promise<FastifyReply> {
  const fault = faults.take(call.provider, call.operation);
  if (fault === undefined) return send(reply, await act());
  const pause = () => (fault.kind === 'hold' ? faults.wait() : sleep(fault.ms));
  const waits = fault.kind === 'hold' || fault.kind === 'delay';
  if (waits && fault.when === 'before') await pause();
  const answer = fault.when === 'after' || waits ? await act() : undefined;
  if (waits && fault.when === 'after') await pause();
  if (fault.kind === 'status') return send(reply, fail(fault.status));
  if (fault.kind === 'garbage')
    return send(reply, { ...fail(200), status: 200, body: '{"meta": {"code": 200, "da\u0000' });
  if (fault.kind === 'close' || answer === undefined) {
    reply.hijack();
    reply.raw.socket?.destroy();
    return reply;
  }
  return send(reply, answer);
}

function send(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  return reply.send(answer.body);
}
