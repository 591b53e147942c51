import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { rubles, walletNumber, walletOf } from './actions-input.ts';
import { issueCard } from './card-issue.ts';
import { pay } from './engine.ts';
import type { Card } from './model.ts';
import { cardState, transactionState } from './state.ts';
import type { World } from './world.ts';

const byCard = z.strictObject({ card: z.coerce.number().int() });
function cardOf(world: World, id: number): Card {
  const card = world.cards.get(id);
  if (card === undefined) throw new ControlError(`no card ${id}`);
  return card;
}

/** Planning how the next calls about cards end. */
function plans(world: World): Record<string, Action> {
  return {
    'card.order': action(
      'decide whether the next cards ordered are free or must be paid (MST-3)',
      z.strictObject({ price: z.enum(['free', 'paid']), times: z.number().int().min(1).default(1) }),
      ({ price, times }) => {
        for (let n = 0; n < times; n += 1) world.nextCardOrders.push(price);
      },
    ),
    'card.result': action(
      'what the next card operations answer (MST-8, MST-9, MST-10): FAIL, CONFIRMATION_REQUIRED, CONFIRMATION_LIMIT_EXCEED',
      z.strictObject({
        status: z.enum(['FAIL', 'CONFIRMATION_REQUIRED', 'CONFIRMATION_LIMIT_EXCEED']),
        times: z.number().int().min(1).default(1),
      }),
      ({ status, times }) => {
        for (let n = 0; n < times; n += 1) world.nextCardResults.push(status);
      },
    ),
  };
}

/** What the bank behind QIWI Master does. */
export function cardActions(world: World): Record<string, Action> {
  return {
    ...plans(world),
    'card.issue': action(
      'issue a card to a wallet without an order',
      z.strictObject({ wallet: walletNumber, kind: z.enum(['qvc-cpa', 'qvc-cpa-debit']).default('qvc-cpa') }),
      ({ wallet, kind }) => cardState(issueCard(world, walletOf(world, wallet), kind)),
    ),
    'card.status': action(
      'set the status of a card; a block made here cannot be undone by MST-8',
      byCard.extend({ status: z.enum(['ACTIVE', 'SENDED_TO_BANK', 'SENDED_TO_USER', 'BLOCKED', 'UNKNOWN']) }),
      ({ card: id, status }) => {
        const card = cardOf(world, id);
        const blockedAt = status === 'BLOCKED' ? world.clock.now() : null;
        return cardState(Object.assign(card, { status, blockedAt, blockedByApi: false }));
      },
    ),
    'card.spend': action(
      'a purchase in a shop by card: the wallet pays, its history shows QIWI_CARD and MST-6 the line',
      byCard.extend({ amount: rubles, shop: z.string().default('SHOP MOSCOW RUS') }),
      ({ card: id, amount: spent, shop }) => {
        const card = cardOf(world, id);
        if (card.status !== 'ACTIVE') throw new ControlError(`card ${id} is ${card.status}`);
        const line = pay(world, {
          wallet: card.wallet,
          service: world.service(480706),
          sum: { amount: spent, currency: 643 },
          funding: 643,
          clientId: String(world.number()),
          account: shop,
          comment: '',
          fields: { card_id: String(card.id) },
          type: 'QIWI_CARD',
        });
        return transactionState(line);
      },
    ),
  };
}
