import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { compiled } from '../support/compiled.ts';
import type { ClientAnswer, ClientCommand, Received } from './client.ts';
import type { ServerCommand } from './gateway.ts';
import type { Held } from './spent.ts';

/** Longer than anything here takes; what takes longer has failed. */
const PATIENCE_MS = 120_000;

/** A process of the benchmark, asked one thing at a time. */
interface Child {
  ask(command: object): Promise<unknown>;
  tell(command: object): void;
  answer(): Promise<unknown>;
  stop(): Promise<void>;
}

async function start(file: string, env: Record<string, string>): Promise<Child> {
  const entry = await compiled(new URL(file, import.meta.url));
  const child: ChildProcess = fork(entry, { execArgv: ['--expose-gc'], env: { ...env, PATH: '' } });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  gone.catch(() => undefined);
  const answer = async () => {
    const late = delay(PATIENCE_MS, undefined, { ref: false }).then(() => {
      throw new Error(`${file} did not answer`);
    });
    const [said] = await Promise.race([once(child, 'message'), gone, late]);
    return said as unknown;
  };
  return {
    answer,
    tell: (command) => void child.send(command),
    ask(command) {
      const answered = answer();
      child.send(command);
      return answered;
    },
    async stop() {
      child.disconnect();
      await gone.catch(() => undefined);
    },
  };
}

/** A server with its subscribers, each in a process of its own. */
export interface Stand {
  connect(extent: Omit<Extract<ClientCommand, { do: 'connect' }>, 'do' | 'port'>): Promise<void>;
  /** Publishes one event and waits until all have it. @returns milliseconds from the publication, and what the last one got */
  happen(event: Omit<Extract<ServerCommand, { do: 'happen' }>, 'do'>): Promise<{ ms: number; sample: string }>;
  /** What has arrived since this was last asked. */
  received(): Promise<Received[]>;
  /** Milliseconds that the server has used. */
  cpu(): Promise<number>;
  weigh(): Promise<Held>;
  port: number;
  stop(): Promise<void>;
}

/** @param file of the server */
export async function startStand(file: string, env: Record<string, string>): Promise<Stand> {
  const server = await start(file, env);
  const port = (await server.answer()) as number;
  const client = await start('./client.ts', env);
  let subscribers = 0;
  return {
    port,
    async connect(extent) {
      await client.ask({ do: 'connect', port, ...extent });
      subscribers += extent.count;
      for (;;) if ((await server.ask({ do: 'subscriptions' })) === subscribers) break;
    },
    async happen(event) {
      client.tell({ do: 'expect', messages: subscribers });
      const received = client.answer();
      const startedAt = (await server.ask({ do: 'happen', ...event })) as string;
      const { lastAt, sample } = (await received) as Extract<ClientAnswer, { lastAt: string }>;
      return { ms: Number(BigInt(lastAt) - BigInt(startedAt)) / 1e6, sample };
    },
    received: async () =>
      ((await client.ask({ do: 'received' })) as Extract<ClientAnswer, { received: unknown }>).received,
    cpu: async () => (await server.ask({ do: 'cpu' })) as number,
    weigh: async () => (await server.ask({ do: 'weigh' })) as Held,
    async stop() {
      await client.stop();
      await server.stop();
    },
  };
}
