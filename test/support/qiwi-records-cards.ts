import { expect } from 'vitest';
import {
  BlockCardDocument,
  RenameCardDocument,
  RevealCardDocument,
  UnblockCardDocument,
} from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { done } from './builders.ts';
import { cardDesk } from './qiwi-cards.ts';
import { type Desk, newWallet, type RecordWrite, rows, spoil } from './qiwi-desk.ts';

/** A wallet and its cards, there and here. */
async function cardWallet(desk: Desk) {
  const { owner, walletId } = await newWallet(desk);
  const cards = cardDesk(desk.call, desk.qiwi);
  const outcome = async () => {
    const there = rows(desk, 'cards').filter(({ wallet }) => wallet === owner.number);
    const here = await cards.cardsOf(walletId);
    return { there: there.map(({ status }) => status), here: here.map(({ state }) => state) };
  };
  return { owner, walletId, cards, outcome };
}

/** The order of a card that costs nothing. */
async function freeOrder(desk: Desk) {
  const { walletId, cards, outcome } = await cardWallet(desk);
  desk.qiwi.act('card.order', { price: 'free' });
  const input = cards.orderInput(walletId);
  const send = async () => (await cards.order(input)).cardOrder;
  return { send, outcome, once: { there: ['ACTIVE'], here: ['ACTIVE'] } };
}

async function activeCard(desk: Desk) {
  const wallet = await cardWallet(desk);
  const { id: cardId } = await wallet.cards.freeCard(wallet.walletId);
  return { ...wallet, cardId };
}

/** The writes about cards that QIWI issues. */
export const cardWrites: RecordWrite[] = [
  { title: 'card ordered', operation: 'MST-2', prepare: freeOrder },
  {
    title: 'order of a card submitted',
    operation: 'MST-3',
    async prepare(desk) {
      const order = await freeOrder(desk);
      // the draft is made, and its submission has not arrived: the same key sends nothing else any more
      spoil(desk.qiwi, 'MST-3', { kind: 'close', when: 'before' });
      done(await order.send(), 'ProviderUnavailableError');
      return order;
    },
  },
  {
    title: 'card blocked',
    operation: 'MST-7',
    async prepare(desk) {
      const { cardId, outcome } = await activeCard(desk);
      const send = async () => (await desk.call(BlockCardDocument, { cardId })).cardBlock;
      return { send, outcome, once: { there: ['BLOCKED'], here: ['BLOCKED'] } };
    },
  },
  {
    title: 'card unblocked',
    operation: 'MST-8',
    async prepare(desk) {
      const { cardId, outcome } = await activeCard(desk);
      done((await desk.call(BlockCardDocument, { cardId })).cardBlock, 'CardBlockSuccess');
      const send = async () => (await desk.call(UnblockCardDocument, { cardId })).cardUnblock;
      return { send, outcome, once: { there: ['ACTIVE'], here: ['ACTIVE'] } };
    },
  },
  {
    title: 'card named',
    operation: 'MST-10',
    async prepare(desk) {
      const { owner, walletId, cards, cardId } = await activeCard(desk);
      const send = async () => (await desk.call(RenameCardDocument, { cardId, alias: 'Travel' })).cardRename;
      const outcome = async () => ({
        there: (await cards.atQiwi(owner)).map(({ qvx }) => qvx.cardAlias),
        here: (await cards.cardsOf(walletId)).map(({ alias }) => alias),
      });
      return { send, outcome, once: { there: ['Travel'], here: ['Travel'] } };
    },
  },
  {
    title: 'number and code of a card shown',
    operation: 'MST-9',
    async prepare(desk) {
      const { cards, cardId, outcome } = await activeCard(desk);
      const shown: string[] = [];
      const send = async () => {
        const answer = present((await desk.call(RevealCardDocument, { cardId })).cardReveal, 'an answer');
        if (answer.__typename === 'CardRevealSuccess') shown.push(answer.details.pan);
        else expect(JSON.stringify(answer)).not.toMatch(/\d{12}|cvv|pan/i);
        return answer;
      };
      const { maskedPan } = present(await cards.look(cardId), 'the card');
      return {
        send,
        // shown once, to who asked; nowhere else
        outcome: async () => ({
          ...(await outcome()),
          ends: shown.map((pan) => pan.slice(-4)),
          found: await foundOf(desk, present(shown[0], 'a number')),
        }),
        once: { there: ['ACTIVE'], here: ['ACTIVE'], ends: [maskedPan?.slice(-4)], found: [] },
      };
    },
  },
];

/** Where a card's number stands in clear: lines of the log, rows of the tables that keep what was said. */
async function foundOf({ gateway }: Desk, pan: string): Promise<string[]> {
  const tables = ['card', 'attempt_exchange', 'event_log', 'idempotency_key', 'webhook_receipt'];
  const stored = tables.map(async (table) => {
    const query = `SELECT to_jsonb(t)::text AS text FROM ${table} t WHERE to_jsonb(t)::text LIKE $1`;
    return (await gateway.deps.db.pool.query<{ text: string }>(query, [`%${pan}%`])).rows.map(({ text }) => text);
  });
  return [...(await Promise.all(stored)).flat(), ...gateway.logged.filter((line) => line.includes(pan))];
}
