import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { edgeError } from '../faults.ts';
import { createOpenCounts } from '../open-counts.ts';
import { callerName } from '../rate.ts';
import type { RequestState } from '../request.ts';
import { whenEnded } from '../stream-end.ts';

/** Bounds the subscriptions that one caller has open in this process, over however many connections. */
export function useSubscriptionLimit(perCaller: number): Plugin {
  const open = createOpenCounts(perCaller);
  return {
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(async (args) => {
        // taken before the source is opened, so that many at once cannot pass together
        const end = open.take(callerName(args.contextValue as RequestState));
        if (!end) return { errors: [tooMany(perCaller)] };
        try {
          const result: ExecutionResult | AsyncIterable<ExecutionResult> = await subscribeFn(args);
          if (isAsyncIterable(result)) return whenEnded(result, end);
          end();
          return result;
        } catch (error) {
          end();
          throw error;
        }
      });
    },
  };
}

const tooMany = (perCaller: number) =>
  edgeError(
    `At most ${perCaller} subscriptions may be open at a time. End one, or watch everything with \`events\`.`,
    'TOO_MANY_SUBSCRIPTIONS',
    429,
  );
