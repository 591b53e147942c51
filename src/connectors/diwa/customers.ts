import type { Log } from '../../lib/log.ts';
import type { CustomerOrder, Customers } from '../customers.ts';
import { outcomeOf, ProviderRejected } from '../outcome.ts';
import { type DiwaClient, PROVIDER } from './client.ts';
import { lacks, mapClient, orderOut } from './map.ts';

/** CUSTOMERS: all that the provider documents. */
export function customersCapability(client: DiwaClient, log: Log): Customers {
  return {
    operations: ['clients.create', 'clients.getId', 'clients.getInfo'],
    lacks,
    create: (call, order) =>
      outcomeOf(async () => {
        checkUserId('clients.create', order.userId);
        return { reference: await client.create(call, orderOut(order), personalOf(order)) };
      }),
    async find(call, userId) {
      checkUserId('clients.getId', userId);
      return orNull(client.getId(call, userId));
    },
    async load(call, { userId, reference }) {
      checkUserId('clients.getInfo', userId);
      const info = await orNull(client.getInfo(call, userId));
      if (!info) return null;
      // the documents themselves have them the other way round (trap T-03): told, and nothing rests on it
      if (info.id !== reference || info.user_id !== userId)
        log.warn({ provider: PROVIDER, reference }, 'a client is described under other ids than it was asked for');
      return mapClient(userId, info);
    },
  };
}

/** The provider's users have numbers. @throws ProviderRejected; nothing is sent */
function checkUserId(operation: string, userId: string): void {
  if (/^(0|[1-9]\d*)$/.test(userId)) return;
  throw new ProviderRejected({
    provider: PROVIDER,
    operation,
    httpStatus: null,
    providerCode: null,
    providerMessage: 'The provider numbers its users: the id has to be digits.',
    remedy: 'CHANGE_INPUT',
    errorCode: 'INVALID_INPUT',
    declineReason: 'INVALID_DATA',
    blame: 'PAYMENT',
    limit: null,
  });
}

/** Values that an answer might repeat. */
const personalOf = ({ person }: CustomerOrder): string[] =>
  Object.values(person ?? {}).filter((value) => typeof value === 'string');

/** A read whose 404 means "there is none" (contract 4). */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ProviderRejected && error.refusal.httpStatus === 404) return null;
    throw error;
  }
}
