/** Runs at most `most` of the works at a time, the others in the order of asking. */
export function limitConcurrency(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // the place is handed on, not freed and fought for
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
