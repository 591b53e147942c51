import { medianRatio, type Report } from '../support/report.ts';
import { median } from '../support/rounds.ts';
import { type Stand, startStand } from './process.ts';
import type { Watched } from './seed.ts';
import type { Held } from './spent.ts';

/** Events that each contender sends in a round. */
const EVENTS = 5;

interface Extent {
  rounds: number;
  subscribers: number;
  /** What the events are about. */
  walletId: string;
}

interface Figures {
  ms: number[];
  cpuMs: number[];
}

/**
 * One event to all of many subscribers of one document, and what they hold while nothing happens. The event takes the whole way from a transaction
 * to the sockets; the clock runs from its publication in the hub, or from the beginning of the plain broadcast, to the last receipt. Both send
 * the same bytes.
 */
export async function measureBroadcast(
  env: Record<string, string>,
  { partnerId, documentId, apiKey }: Watched & { apiKey: string },
  { rounds, subscribers, walletId }: Extent,
  report: Report,
): Promise<void> {
  const gateway = await startStand('./gateway.ts', env);
  const event = { partnerId, walletId };
  const empty = await gateway.weigh();
  const half = Math.floor(subscribers / 2);
  await gateway.connect({ count: half, apiKey, documentId });
  const halfFull = await gateway.weigh();
  await gateway.connect({ count: subscribers - half, apiKey, documentId });
  const full = await gateway.weigh();
  const { sample } = await gateway.happen(event);
  const peer = await startStand('./peer.ts', env);
  await peer.connect({ count: subscribers });
  const plain = { ...event, frame: sample };
  const told = await peer.happen(plain);
  if (told.sample.length !== sample.length) throw new Error(`not the same bytes: ${sample} and ${told.sample}`);
  const ours: Figures = { ms: [], cpuMs: [] };
  const theirs: Figures = { ms: [], cpuMs: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const turns = [() => run(gateway, event, ours), () => run(peer, plain, theirs)];
    for (const turn of round % 2 ? turns.reverse() : turns) await turn();
    // the first is to warm up
    if (round === 0) for (const figures of [ours.ms, ours.cpuMs, theirs.ms, theirs.cpuMs]) figures.pop();
    else process.stdout.write(`round ${round}  gateway ${told1(ours)}  plain broadcast ${told1(theirs)}\n`);
  }
  await peer.stop();
  await gateway.stop();
  const goal = `one event to ${subscribers.toLocaleString('en')} WebSocket subscribers of the same document, until the last has it`;
  const row = { against: 'raw ws broadcast', comparison: '≤' as const, unit: '×', rounds };
  const detail = (figures: 'ms' | 'cpuMs') =>
    `${median(ours[figures]).toFixed(1)} ms against ${median(theirs[figures]).toFixed(1)} ms; ${sample.length} bytes each`;
  report.add({
    ...row,
    goal: `${goal} (time)`,
    target: 1.1,
    figure: medianRatio(ours.ms, theirs.ms),
    detail: detail('ms'),
  });
  report.add({
    ...row,
    goal: `${goal} (CPU)`,
    target: 1.15,
    figure: medianRatio(ours.cpuMs, theirs.cpuMs),
    detail: detail('cpuMs'),
  });
  addIdle(report, subscribers, [empty, halfFull, full]);
}

const told1 = ({ ms, cpuMs }: Figures) => `${ms.at(-1)?.toFixed(1)} ms, CPU ${cpuMs.at(-1)?.toFixed(1)} ms`;

async function run(stand: Stand, event: Parameters<Stand['happen']>[0], figures: Figures): Promise<void> {
  const before = await stand.cpu();
  const times: number[] = [];
  for (let count = 0; count < EVENTS; count += 1) times.push((await stand.happen(event)).ms);
  const after = await stand.cpu();
  figures.ms.push(median(times));
  figures.cpuMs.push((after - before) / EVENTS);
}

/** What the second half adds: what the first made the process load, compile and reserve is there already, and is not held for each subscriber. */
function addIdle(report: Report, subscribers: number, [empty, halfFull, full]: [Held, Held, Held]): void {
  const second = subscribers - Math.floor(subscribers / 2);
  const each = (before: Held, count: number, figure: keyof Held) => (full[figure] - before[figure]) / count / 1024;
  report.add({
    goal: 'idle subscriber',
    against: '–',
    comparison: '≤',
    target: 15,
    figure: each(halfFull, second, 'resident'),
    unit: 'KB',
    rounds: 1,
    detail: `resident memory after a collection, the second half of ${subscribers.toLocaleString('en')} subscribers; of it ${each(halfFull, second, 'heap').toFixed(1)} KB heap; ${each(empty, subscribers, 'resident').toFixed(1)} KB when all are counted from the start of the process`,
  });
}
