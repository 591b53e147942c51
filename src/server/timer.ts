import type { Log } from '../lib/log.ts';

/** Work that is done again and again while the gateway runs. */
export interface Timer {
  /** No further round; waits for the one under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` every so often, one round at a time: a slow round delays the next, and a failed one is logged and tried again.
 * @param name for the log
 */
export function startTimer(name: string, everyMs: number, log: Log, work: () => Promise<unknown>): Timer {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const next = () => {
    timer = setTimeout(() => {
      round = work()
        .catch((error: unknown) => log.error({ err: error }, `"${name}" failed and will be tried again`))
        .then(() => (stopped ? undefined : next()));
    }, everyMs);
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
