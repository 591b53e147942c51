/** One thing that is measured: work per second in a stretch of time. */
export interface Contender {
  name: string;
  /** Works for that long and returns how much it did per second. */
  run(seconds: number): Promise<number>;
}

/**
 * Measures contenders in interleaved rounds, each round in another order, so that what else the machine does meets all alike.
 * @returns each contender's figures, one per round
 */
export async function interleave(
  contenders: Contender[],
  rounds: number,
  seconds: number,
): Promise<Map<string, number[]>> {
  const figures = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const turn = round % contenders.length;
    for (const { name, run } of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      const perSecond = await run(seconds);
      figures.get(name)?.push(perSecond);
      process.stdout.write(
        `round ${round}  ${name.padEnd(44)}${Math.round(perSecond).toLocaleString('en').padStart(9)}/s\n`,
      );
    }
  }
  return figures;
}

/** The middle of some figures. */
export function median(figures: number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

/**
 * Keeps `width` calls of `work` under way for some seconds.
 * @returns calls per second
 */
export async function sustain(width: number, seconds: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done / ((performance.now() - start) / 1000);
}
