import type { LogEvent } from '../events/event.ts';
import type { EventStream } from '../events/hub.ts';
import type { Context } from './context.ts';
import { createLoaders } from './loaders.ts';

/** Makes what follows see the present: loaders of a long subscription must not remember the last event's rows. */
export function refresh(context: Context): void {
  context.loaders = createLoaders(context.deps, context.viewer);
}

/** First the object as it is, then what each event makes of it. The stream is opened before the first look: no gap. */
export async function* presentThenChanges<View>(
  stream: EventStream,
  present: () => Promise<View | null>,
  change: (event: LogEvent) => Promise<View | null>,
  ended: (view: View) => boolean,
) {
  try {
    const first = await present();
    if (!first) return;
    yield first;
    if (ended(first)) return;
    for await (const event of stream) {
      const view = await change(event);
      if (!view) continue;
      yield view;
      if (ended(view)) return;
    }
  } finally {
    stream.close();
  }
}
