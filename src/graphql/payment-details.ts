import DataLoader from 'dataloader';
import type { Connector } from '../connectors/registry.ts';
import type { Payment, ProviderAccount } from '../db/generated/client.ts';
import type { PaymentSide } from '../domain/payment/reach-payment.ts';
import { type PaymentDetails, readDetails } from '../domain/payment/read-details.ts';
import { mayAct } from '../domain/payment/store.ts';
import { connectorOf } from '../domain/provider/store.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Loaders } from './loaders.ts';
import { AttributeRef } from './next-action.ts';
import { PaymentRef, type PaymentView } from './refs.ts';

/** What one operation knows beyond the rows of its payments. */
interface Known {
  accounts: DataLoader<string, ProviderAccount>;
  /** The one payment about which a provider was asked. */
  asked: { id: string; details: Promise<PaymentDetails | null> } | null;
}

const known = new WeakMap<Loaders, Known>();

/** Kept beside the loaders of the operation: as fresh as they are. */
function knownOf({ loaders, deps }: Context): Known {
  const begun = known.get(loaders);
  if (begun) return begun;
  const accounts = new DataLoader<string, ProviderAccount>(async (ids) => {
    const rows = await deps.db.prisma.providerAccount.findMany({ where: { id: { in: [...ids] } } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? new Error('a provider account of a payment is missing'));
  });
  const made = { accounts, asked: null };
  known.set(loaders, made);
  return made;
}

/** The side of the payment on which the caller stands; a partner stands where it was made. */
export const sideOf = (row: Payment, context: Context): PaymentSide =>
  mayAct(signedIn(context), row) ? 'MAKER' : 'RECEIVER';

/** The connector of the account that carries the payment; null where the ledger here does. */
export async function connectorFor(row: Payment, context: Context): Promise<Connector | null> {
  if (row.providerAccountId === null) return null;
  return connectorOf(context.deps, await knownOf(context).accounts.load(row.providerAccountId));
}

/**
 * What the provider tells of the one payment that was asked for.
 * @returns null for a payment of a list, for a second one in the same operation, and when the provider cannot say
 */
export async function detailsOf({ row, alone }: PaymentView, context: Context): Promise<PaymentDetails | null> {
  if (!alone) return null;
  const state = knownOf(context);
  state.asked ??= { id: row.id, details: readDetails(context.deps, row, sideOf(row, context)) };
  return state.asked.id === row.id ? state.asked.details : null;
}

builder.objectField(PaymentRef, 'attributes', (t) =>
  t.field({
    type: [AttributeRef],
    description:
      'What its provider alone knows of it; shown to its maker. Asked from the provider for the one payment of `Query.payment`; empty in lists, and when the provider cannot be reached.',
    resolve: async (view, _args, context) =>
      sideOf(view.row, context) === 'MAKER' ? ((await detailsOf(view, context))?.attributes ?? []) : [],
  }),
);
