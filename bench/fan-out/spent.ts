/** What a process holds when it has collected its garbage, bytes. */
export interface Held {
  resident: number;
  heap: number;
}

/** Milliseconds of CPU that this process has used. */
export function cpuUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Collects garbage first (`--expose-gc`), so that what is left is what is held. */
export function weigh(): Held {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
