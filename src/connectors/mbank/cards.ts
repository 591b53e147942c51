import { outcomeOf } from '../outcome.ts';
import type { LinkedCards } from '../records.ts';
import { protocol } from './answer.ts';
import { mapCard } from './map.ts';
import { doneAlready, orNull, type Parts, watched } from './parts.ts';
import { cardStates } from './status.ts';
import type { WireCard } from './wire.ts';

/** LINKED_CARDS (contract 2.7, 3.3). */
export function cardsCapability({ client, log }: Parts): LinkedCards {
  const read = (card: WireCard) => watched(log, mapCard(card));
  return {
    operations: ['cards.create', 'cards.get', 'cards.list', 'cards.delete'],
    link: (call, { successUrl, failureUrl, embedded }) =>
      outcomeOf(async () => {
        const { data } = await client.cards.create(call, {
          card_success_url: successUrl,
          card_failure_url: failureUrl,
          iframe: embedded || undefined,
        });
        const card = read(data);
        if (card.reference === null) throw protocol('cards.create', 'MISSING_FIELD', 'missing or malformed: data.id');
        if (card.state === 'UNKNOWN')
          throw protocol(
            'cards.create',
            'UNMAPPED_STATUS',
            `card state "${data.state.slice(0, 40)}" is not documented`,
          );
        return card;
      }),
    async get(call, reference) {
      const answer = await orNull(client.cards.get(call, reference));
      return answer && read(answer.data);
    },
    async list(call, states) {
      const words = states?.flatMap((state) => Object.keys(cardStates).filter((word) => cardStates[word] === state));
      if (words?.length === 0) return [];
      return (await client.cards.list(call, words?.join(','))).data.map(read);
    },
    remove: (call, reference) =>
      outcomeOf(async () => {
        await doneAlready(client.cards.delete(call, reference), ['card_not_found'], true);
        return null;
      }),
  };
}
