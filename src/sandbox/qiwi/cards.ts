import { type Caller, ownWallet } from './auth.ts';
import { cardsOf } from './card-issue.ts';
import { cardScopes } from './card-orders.ts';
import { canUnblock, cardView } from './card-views.ts';
import { malformed, notFound } from './errors.ts';
import { type Answer, type Operation, text } from './http.ts';
import type { Card, CardResult } from './model.ts';
import type { World } from './world.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const common = { auth: 'token', scopes: cardScopes } as const;

/** The caller's card of a path. @throws Refusal 404 (convention) */
export function cardOf(world: World, caller: Caller, id: string | undefined): Card {
  const card = /^\d{1,16}$/.test(id ?? '') ? world.cards.get(Number.parseInt(id ?? '', 10)) : undefined;
  return card?.wallet === caller.wallet ? card : notFound('No such card');
}

/** What the next card operation answers: OK, unless the control API has planned something else. */
const resultOf = (world: World): CardResult => world.nextCardResults.shift() ?? 'OK';

/** MST-5; the text writes the path with a slash at its end, the sample without (trap T41). */
function list(world: World): Operation[] {
  return ['/cards/v1/cards', '/cards/v1/cards/'].map((path) => ({
    id: 'MST-5',
    method: 'GET',
    path,
    ...common,
    handle({ query, caller }) {
      if (query['vas-alias'] !== 'qvc-master') malformed('vas-alias must be qvc-master');
      const now = world.clock.now();
      return { json: cardsOf(world, caller.wallet).map((card) => cardView(card, now)) };
    },
  }));
}

function block(world: World): Operation {
  return {
    id: 'MST-7',
    method: 'PUT',
    path: '/cards/v2/persons/:wallet/cards/:cardId/block',
    ...common,
    handle({ params, caller }) {
      ownWallet(world, caller, params['wallet']);
      const card = cardOf(world, caller, params['cardId']);
      if (card.status !== 'BLOCKED') Object.assign(card, blocked(world));
      // The sample: 202 without a body, and yet with a content type.
      return { status: 202, bytes: { content: Buffer.alloc(0), type: 'application/json' } };
    },
  };
}

const blocked = (world: World): Pick<Card, 'status' | 'blockedAt' | 'blockedByApi'> => ({
  status: 'BLOCKED',
  blockedAt: world.clock.now(),
  blockedByApi: true,
});

/** BLOCKED → ACTIVE within 90 days of a block by API, else FAIL. A card that is not blocked is as wanted: OK. */
function unblockNow(world: World, card: Card): CardResult {
  const result = resultOf(world);
  if (result !== 'OK' || card.status !== 'BLOCKED') return result;
  if (!canUnblock(card, world.clock.now())) return 'FAIL';
  card.status = 'ACTIVE';
  card.blockedAt = null;
  card.blockedByApi = false;
  return 'OK';
}

function unblock(world: World): Operation {
  return {
    id: 'MST-8',
    method: 'PUT',
    path: '/cards/v2/persons/:wallet/cards/:cardId/unblock',
    ...common,
    handle({ params, caller }) {
      ownWallet(world, caller, params['wallet']);
      const status = unblockNow(world, cardOf(world, caller, params['cardId']));
      return { json: { status, nextConfirmationRequest: null, confirmationId: null, operationId: null } };
    },
  };
}

function details(world: World): Operation {
  return {
    id: 'MST-9',
    method: 'PUT',
    path: '/cards/v1/cards/:cardId/details',
    ...common,
    body: true,
    handle({ params, body, caller }): Answer {
      const card = cardOf(world, caller, params['cardId']);
      if (!UUID.test(text(body, 'operationId'))) malformed('operationId must be a UUID');
      const status = resultOf(world);
      if (status !== 'OK') return { json: { status, errorCode: '1' } };
      return { json: { status, cvv: card.cvv, pan: card.pan, errorCode: '0' } };
    },
  };
}

function rename(world: World): Operation {
  return {
    id: 'MST-10',
    method: 'PUT',
    path: '/cards/v1/cards/:cardId/alias',
    ...common,
    body: true,
    handle({ params, body, caller }): Answer {
      const card = cardOf(world, caller, params['cardId']);
      const alias = text(body, 'alias');
      if (resultOf(world) !== 'OK') return { json: { status: 'FAIL', error: 'FAIL', errorCode: 'FAIL' } };
      card.alias = alias;
      return { json: { status: 'OK', error: 'OK', errorCode: 'OK' } };
    },
  };
}

/** MST-5 and MST-7 to MST-10 (section 2.10). */
export const cardOperations = (world: World): Operation[] => [
  ...list(world),
  block(world),
  unblock(world),
  details(world),
  rename(world),
];
