import { present } from './assert.ts';

/** Something that waits to be done together with others. */
export interface Waiting {
  /** No two with one key are ever in hand at the same time, not even in one group. */
  key: string;
  /** What else it works on: two groups that touch the same thing are not in hand at the same time, one group may touch it often. */
  touches: readonly string[];
}

export interface LaneOptions<Item extends Waiting> {
  /** Items per group at most. */
  batch: number;
  /** Groups in hand at most. */
  lanes: number;
  /** Does the work of a group and tells each item what became of it. Never rejects. */
  run(group: Item[]): Promise<void>;
}

/** Longer than a group takes when nothing holds it up. */
const HOLD_BACK_MS = 50;

/**
 * Makes groups of what is asked for at the same time. What comes while nothing is in hand goes at once, with whatever else came in this
 * turn of the event loop. A further lane is opened for as many as are in hand, because a small group costs nearly what a large one does, or
 * when those in hand take long; what comes before that shares the next group. Nobody overtakes an older item that touches the same.
 * @returns asks for one item
 */
export function createLanes<Item extends Waiting>({ batch, lanes, run }: LaneOptions<Item>): (item: Item) => void {
  let queue: Item[] = [];
  let busy = 0;
  /** Items in the groups in hand. */
  let inHand = 0;
  let woken = false;
  let heldBack: NodeJS.Timeout | undefined;
  const touched = new Set<string>();

  const start = (waited = false): void => {
    while (busy < lanes && queue.length > 0) {
      if (queue.length < inHand && !waited) {
        heldBack ??= setTimeout(start, HOLD_BACK_MS, true);
        return;
      }
      clearTimeout(heldBack);
      heldBack = undefined;
      const { group, left } = takeGroup(queue, batch, touched);
      if (group.length === 0) return;
      queue = left;
      busy += 1;
      inHand += group.length;
      const taken = group.flatMap(({ key, touches }) => [key, ...touches]);
      for (const one of taken) touched.add(one);
      void run(group).then(() => {
        busy -= 1;
        inHand -= group.length;
        for (const one of taken) touched.delete(one);
        start();
      });
    }
  };

  return (item) => {
    queue.push(item);
    if (woken || busy === lanes) return;
    woken = true;
    setImmediate(() => {
      woken = false;
      start();
    });
  };
}

/** The oldest items that may go now; what looks far ahead past blocked ones would cost more than it finds. */
function takeGroup<Item extends Waiting>(
  queue: Item[],
  batch: number,
  touched: ReadonlySet<string>,
): { group: Item[]; left: Item[] } {
  const [group, passed]: [Item[], Item[]] = [[], []];
  const keys = new Set<string>();
  const reserved = new Set<string>();
  let at = 0;
  for (; at < queue.length && group.length < batch && passed.length < 10 * batch; at += 1) {
    const item = present(queue[at], 'a waiting item');
    const all = [item.key, ...item.touches];
    if (keys.has(item.key) || all.some((one) => touched.has(one) || reserved.has(one))) {
      passed.push(item);
      for (const one of all) reserved.add(one);
    } else {
      keys.add(item.key);
      group.push(item);
    }
  }
  return { group, left: [...passed, ...queue.slice(at)] };
}
