import { balanceCalls } from './client-balances.ts';
import { cardCalls } from './client-cards.ts';
import { historyCalls } from './client-history.ts';
import { hookCalls } from './client-hooks.ts';
import { invoiceCalls } from './client-invoices.ts';
import { paymentCalls } from './client-payments.ts';
import { personCalls } from './client-person.ts';
import { profileCalls } from './client-profile.ts';
import type { Transport } from './transport.ts';

/**
 * The provider's API, one method per operation of the contract's index (2.0). Answers are parsed, refusals thrown.
 */
export function createClient(transport: Transport) {
  return {
    balances: balanceCalls(transport),
    profile: profileCalls(transport),
    ...personCalls(transport),
    ...paymentCalls(transport),
    ...historyCalls(transport),
    ...invoiceCalls(transport),
    hooks: hookCalls(transport),
    cards: cardCalls(transport),
  };
}

export type QiwiClient = ReturnType<typeof createClient>;
