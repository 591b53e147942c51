import type { Deps } from '../deps.ts';
import type { Viewer } from '../domain/access/viewer.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What every resolver gets. One per operation. */
export interface Context {
  deps: Deps;
  /** Null: nobody has signed in. */
  viewer: Viewer | null;
  requestId: string;
  /** The `Last-Event-ID` header of an SSE request: where `Subscription.events` resumes when `after` is left out. */
  lastEventId: string | null;
  /** The cursor of the event that is being delivered, for transports that carry it beside the data. */
  delivery: { cursor: string | null };
  /** The cost of its document is the same whoever sends it, and was found to be within the limits: it is not counted again. */
  priced?: boolean;
  /** Fresh for each event of a subscription, so that nothing stale is shown. */
  loaders: Loaders;
}

/** What the transport knows about the operation. */
export interface Caller {
  viewer: Viewer | null;
  requestId: string;
  lastEventId: string | null;
}

/** The context of one operation. */
export function createContext(deps: Deps, caller: Caller): Context {
  const { viewer, requestId, lastEventId } = caller;
  return { deps, viewer, requestId, lastEventId, delivery: { cursor: null }, loaders: loadersWhenUsed(deps, viewer) };
}

/** New loaders, made when the first is used: an open subscription that waits for its next event holds none. */
export function loadersWhenUsed(deps: Deps, viewer: Viewer | null): Loaders {
  let made: Loaders | null = null;
  const unmade = {} as Loaders;
  return new Proxy(unmade, {
    get(_target, name) {
      made ??= createLoaders(deps, viewer);
      return made[name as keyof Loaders];
    },
  });
}
