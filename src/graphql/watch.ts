import type { LogEvent } from '../events/event.ts';
import type { EventStream } from '../events/hub.ts';
import { type Context, loadersWhenUsed } from './context.ts';

/** Makes what follows see the present: loaders of a long subscription must not remember the last event's rows. */
export function refresh(context: Context): void {
  context.loaders = loadersWhenUsed(context.deps, context.viewer);
}

/** What a subscription watches, told so that one reader can follow it for many. */
export interface Watched<View> {
  /** Opens the events that can change it: all from now on. */
  open(): EventStream;
  /** The object as it is, with its version if it has versions; null: a subscriber begins with the next event. */
  present: (() => Promise<{ view: View; version: bigint | null }>) | null;
  /** Which version of the object the event made; the event's position where there are no versions; null: it is about something else. */
  versionOf(event: LogEvent): bigint | null;
  /** What the event makes of it; null: nothing that is to be seen. */
  change(event: LogEvent): Promise<View | null> | View | null;
  /** Does the subscription end with this? */
  isLast(view: View): boolean;
}

/**
 * The source of a subscription: first the object as it is, then what each event makes of it, no version twice. Nothing is opened before it is
 * iterated, and the stream is opened before the first look: no gap.
 */
export class Watch<View> implements AsyncIterable<View> {
  constructor(readonly watched: Watched<View>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<View, void> {
    const { watched } = this;
    const stream = watched.open();
    try {
      const first = await watched.present?.();
      let shown = first?.version ?? null;
      if (first) {
        yield first.view;
        if (watched.isLast(first.view)) return;
      }
      for await (const event of stream) {
        const version = watched.versionOf(event);
        if (version === null || (shown !== null && version <= shown)) continue;
        const view = await watched.change(event);
        if (view === null) continue;
        shown = version;
        yield view;
        if (watched.isLast(view)) return;
      }
    } finally {
      stream.close();
    }
  }
}
