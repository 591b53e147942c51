import { outcomeOf } from '../outcome.ts';
import type { Hooks, ProviderHook } from '../webhooks.ts';
import { protocol, unfit } from './answer.ts';
import { done, orNull, type Parts } from './parts.ts';
import type { WireHook } from './wire-hooks.ts';

/** In characters before encoding (trap T44): a longer one is answered as if the provider were broken. */
const LONGEST_URL = 100;

const txnTypes = { IN: '0', OUT: '1', BOTH: '2' } as const;
const directionsOf = { IN: ['IN'], OUT: ['OUT'], BOTH: ['IN', 'OUT'] } as const;

/** Registration of a wallet's one webhook (contract 2.9, 3.6). */
export function hooksOf({ client }: Parts): Hooks {
  const { hooks } = client;
  return {
    maxUrlLength: LONGEST_URL,
    async active(call) {
      const hook = await orNull(hooks.active(call));
      return hook && mapHook(hook);
    },
    register: (call, { url, directions }) =>
      outcomeOf(async () => {
        if ([...url].length > LONGEST_URL) throw unfit('HOK-1', `The address has at most ${LONGEST_URL} characters.`);
        const txnType = txnTypeOf(directions);
        const hook = await hooks.register(call, url, txnTypes[txnType]);
        if (hook.hookParameters.url === url && hook.txnType === txnType) return mapHook(hook);
        throw protocol('HOK-1', 'ECHO_MISMATCH', 'the answer speaks of another webhook');
      }),
    key: async (call, reference) => (await hooks.key(call, reference)).key,
    rotateKey: (call, reference) => outcomeOf(async () => (await hooks.newKey(call, reference)).key),
    test: (call) => done(() => hooks.test(call)),
    remove: (call, reference) => done(() => orNull(hooks.remove(call, reference))),
  };
}

function txnTypeOf(directions: readonly ('IN' | 'OUT')[]): keyof typeof txnTypes {
  const [first] = directions;
  if (!first) throw unfit('HOK-1', 'A webhook is for one direction at least.');
  return directions.includes('IN') && directions.includes('OUT') ? 'BOTH' : first;
}

const mapHook = ({ hookId, hookParameters, txnType }: WireHook): ProviderHook => ({
  reference: hookId,
  url: hookParameters.url,
  directions: [...directionsOf[txnType]],
});
