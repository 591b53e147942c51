import { randomUUID } from 'node:crypto';
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Deps } from '../../deps.ts';
import type { Viewer } from '../../domain/access/viewer.ts';
import { createContext } from '../../graphql/context.ts';
import { Watch } from '../../graphql/watch.ts';
import type { Limits } from '../limits.ts';
import type { RequestState } from '../request.ts';
import { Group } from './group.ts';
import { shareKey } from './share-key.ts';

type Subscribe = (args: ExecutionArgs) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

/**
 * Serves WebSocket subscribers together who ask for the same and may see the same: see docs/adr/0011-shared-fan-out.md. Stands before
 * the plugins that count, time and end subscriptions, so that each member is one for them. Replays from a cursor stay alone.
 */
export function useSharedFanOut(deps: Deps, limits: Limits): Plugin {
  const groups = new Map<string, Promise<Group | null>>();
  const open = (key: string, args: ExecutionArgs, viewer: Viewer): Promise<Group | null> => {
    const opening = openGroup(deps, limits, args, viewer, () => groups.delete(key));
    groups.set(key, opening);
    const forget = () => groups.delete(key);
    opening.then((group) => group ?? forget(), forget);
    return opening;
  };
  const subscribe = async (args: ExecutionArgs, alone: Subscribe) => {
    const { subscriber, viewer } = args.contextValue as RequestState;
    if (!subscriber || !viewer) return alone(args);
    const key = shareKey(args, viewer);
    for (;;) {
      const known = groups.get(key);
      const group = await (known ?? open(key, args, viewer));
      if (group && !group.isOver) return group.join(args, subscriber);
      // a source that ends as it is opened would end again, for ever and without a pause: alone, its end is told
      if (!group || !known) return alone(args);
    }
  };
  return {
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      if (limits.sharedFanOut) setSubscribeFn((args: ExecutionArgs) => subscribe(args, subscribeFn as Subscribe));
    },
  };
}

/** @returns null where the source is no watch, or cannot be opened: then it is opened again for one subscriber, who is told why */
async function openGroup(
  deps: Deps,
  limits: Limits,
  args: ExecutionArgs,
  viewer: Viewer,
  onEnd: () => void,
): Promise<Group | null> {
  const contextValue = createContext(deps, { viewer, requestId: `fan-out.${randomUUID()}`, lastEventId: null });
  const groupArgs = { ...args, contextValue };
  const source = await createSourceEventStream(groupArgs);
  if (source instanceof Watch) return new Group({ deps, limits, watch: source, args: groupArgs, onEnd });
  if (isAsyncIterable(source)) await source[Symbol.asyncIterator]().return?.();
  return null;
}
