import { ownWallet } from './auth.ts';
import { cardScopes } from './card-orders.ts';
import { cardOf } from './cards.ts';
import { malformed } from './errors.ts';
import type { Call, Operation } from './http.ts';
import type { Card, Transaction } from './model.ts';
import { padded } from './money.ts';
import { pdf } from './paper.ts';
import { calendarDays, parseStamp, type Stamp, stamp } from './time.ts';
import type { World } from './world.ts';

const DAYS = 90;
/** What fits on the page below the head. */
const ROWS = 30;

function moment(query: Call['query'], name: string): Stamp {
  const value = query[name] ?? malformed(`${name} is required`);
  return parseStamp(value) ?? malformed(`${name} must have the form YYYY-MM-DDThh:mm:ss+hh:mm`);
}

/** `from` and `till`: one offset, in order, at most 90 calendar days apart (traps T19 and T49). @throws Refusal 400 */
function period(query: Call['query']): { from: Stamp; till: Stamp } {
  const from = moment(query, 'from');
  const till = moment(query, 'till');
  if (from.offset !== till.offset) malformed('from and till must have the same offset');
  if (from.at > till.at || calendarDays(from.at, till.at, from.offset) > DAYS)
    malformed(`The period must be from 0 to ${DAYS} days long`);
  return { from, till };
}

const purchases = (world: World, card: Card, from: Date, till: Date): Transaction[] =>
  world.transactions.filter(
    ({ payment, status, at }) =>
      payment?.fields['card_id'] === String(card.id) && status !== 'ERROR' && at >= from && at <= till,
  );

/** MST-6: the purchases of a period as a PDF, newest first. Its looks are not documented. */
export function cardStatementOperations(world: World): Operation[] {
  return [
    {
      id: 'MST-6',
      method: 'GET',
      path: '/payment-history/v1/persons/:wallet/cards/:cardId/statement',
      auth: 'token',
      scopes: cardScopes,
      handle({ params, query, caller }) {
        ownWallet(world, caller, params['wallet']);
        const card = cardOf(world, caller, params['cardId']);
        const { from, till } = period(query);
        const lines = purchases(world, card, from.at, till.at).reverse();
        const rows = lines
          .slice(0, ROWS)
          .map(({ at, id, sum }) => `${stamp(at, from.offset)}   ${id}   -${padded(sum.amount)} RUB`);
        const head = [
          `Card ****${card.pan.slice(-4)}, wallet +${card.wallet.personId}`,
          `From ${stamp(from.at, from.offset)} till ${stamp(till.at, till.offset)}`,
          `Operations: ${lines.length}`,
        ];
        return {
          bytes: { content: pdf('QIWI Master card statement', [...head, '', ...rows]), type: 'application/pdf' },
        };
      },
    },
  ];
}
