import { randomUUID } from 'node:crypto';
import { ownWallet } from './auth.ts';
import { issueCard, nextCardIsFree } from './card-issue.ts';
import { malformed, notFound } from './errors.ts';
import { type Operation, text } from './http.ts';
import type { CardAlias, CardOrder, Minor } from './model.ts';
import { moneyView } from './money.ts';
import type { World } from './world.ts';

const ORDERS = '/cards/v2/persons/:wallet/orders';
const kinds: readonly CardAlias[] = ['qvc-cpa', 'qvc-cpa-debit'];
/** An extra card (trap T74). */
const PRICE: Minor = 9_900n;

/** Section 1.6: cards need four scopes. */
export const cardScopes = ['cards', 'profile', 'history', 'payments'] as const;

/** A paid order ends like a free one; no call reads it, but a repeated MST-3 answers it (trap T50). */
const view = ({ id, cardAlias, status, price, card }: CardOrder) => ({
  id,
  cardAlias,
  status: status === 'PAID' ? 'COMPLETED' : status,
  price: price === null ? null : moneyView(price.amount, price.currency),
  cardId: card === null ? null : String(card.id),
});

/** DRAFT → COMPLETED with a card, or PAYMENT_REQUIRED (section 3.7). An order that was submitted stays as it is. */
function submit(world: World, order: CardOrder): void {
  if (order.status !== 'DRAFT') return;
  if (nextCardIsFree(world, order.wallet)) {
    order.status = 'COMPLETED';
    order.price = { amount: 0n, currency: 643 };
    order.card = issueCard(world, order.wallet, order.cardAlias);
  } else {
    order.status = 'PAYMENT_REQUIRED';
    order.price = { amount: PRICE, currency: 643 };
  }
}

/** MST-2 and MST-3 (section 2.10). */
export function cardOrderOperations(world: World): Operation[] {
  return [
    {
      id: 'MST-2',
      method: 'POST',
      path: ORDERS,
      auth: 'token',
      scopes: cardScopes,
      body: true,
      handle({ params, body, caller }) {
        const wallet = ownWallet(world, caller, params['wallet']);
        const asked = text(body, 'cardAlias');
        const cardAlias = kinds.find((kind) => kind === asked) ?? malformed(`cardAlias must be ${kinds.join(' or ')}`);
        const order: CardOrder = { id: randomUUID(), wallet, cardAlias, status: 'DRAFT', price: null, card: null };
        world.cardOrders.set(order.id, order);
        return { json: view(order) };
      },
    },
    {
      id: 'MST-3',
      method: 'PUT',
      path: `${ORDERS}/:orderId/submit`,
      auth: 'token',
      scopes: cardScopes,
      handle({ params, caller }) {
        const wallet = ownWallet(world, caller, params['wallet']);
        const order = world.cardOrders.get(params['orderId'] ?? '');
        if (order?.wallet !== wallet) return notFound('No such card order');
        submit(world, order);
        return { json: view(order) };
      },
    },
  ];
}
