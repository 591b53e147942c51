import { refuse } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import { openPage } from './ipsp.ts';
import type { Card } from './model.ts';
import { moveCard } from './payment-engine.ts';
import { cardView } from './payment-views.ts';
import { activeCards, pageOptions } from './payments.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

const ONE_RUBLE = 100;

function ownCard(world: World, call: Call): Card {
  const card = world.cards.get(Number.parseInt(call.params['id'] ?? '', 10));
  if (card === undefined || card.owner !== walletOf(call).phone || card.state === 'deleted')
    return refuse('card_not_found');
  return card;
}

function create(world: World, call: Call): Answer {
  const wallet = walletOf(call);
  const options = pageOptions(call.body);
  if (activeCards(world, wallet.phone) >= wallet.limits.cards) refuse('active_cards_limit');
  const id = world.cardId();
  const card: Card = { id, owner: wallet.phone, state: 'created' };
  world.cards.set(id, card);
  openPage(world, { card, amount: ONE_RUBLE, ...options });
  return { data: cardView(card) };
}

function list(world: World, call: Call): Answer {
  const { phone } = walletOf(call);
  const states = call.query['state']?.split(',');
  const own = [...world.cards.values()].filter(
    ({ owner, state }) => owner === phone && state !== 'deleted' && (states?.includes(state) ?? true),
  );
  const meta = call.dialect === 'mserver' ? { page: { total_elements: own.length } } : {};
  return { meta, data: own.map(cardView) };
}

function remove(world: World, call: Call): Answer {
  moveCard(world, ownCard(world, call), 'deleted');
  return {};
}

/** Stored cards: operations 40 to 43 (section 2.7). */
export function cardOperations(world: World): Operation[] {
  const read = { method: 'GET', auth: 'wallet', scope: 'cards.read' } as const;
  const write = { auth: 'wallet', scope: 'cards.modify' } as const;
  const one = '/cards/:id(^\\d+$)';
  return [
    { id: 'cards.create', path: '/cards', method: 'POST', ...write, handle: (call) => create(world, call) },
    { id: 'cards.list', path: '/cards', ...read, handle: (call) => list(world, call) },
    { id: 'cards.get', path: one, ...read, handle: (call) => ({ data: cardView(ownCard(world, call)) }) },
    { id: 'cards.delete', path: one, method: 'DELETE', ...write, handle: (call) => remove(world, call) },
  ];
}
