import { expect, vi } from 'vitest';
import { LinkCardDocument, RemoveCardDocument, WalletCardsDocument } from '../../schema/operations.ts';
import { done, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite } from './mbank-desk.ts';

const pages = { successUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };

async function card(desk: Desk) {
  const { phone, walletId } = await newWallet(desk);
  const active = async () =>
    ((await desk.mbank.elsewhere(phone, 'GET', '/cards?state=active')) as { id: number }[]).length;
  const link = async (idempotencyKey: string) =>
    (await desk.call(LinkCardDocument, { input: { idempotencyKey, walletId, ...pages } })).cardLink;
  /** The person types the card on the page that was opened last; an earlier one is never used. */
  const type = async () => {
    const pending = (await desk.mbank.elsewhere(phone, 'GET', '/cards?state=pending')) as { id: number }[];
    desk.mbank.act('page', { card: Math.max(...pending.map(({ id }) => id)), result: 'approve' });
  };
  return { walletId, active, link, type };
}

async function activeCard(desk: Desk) {
  const { walletId, active, link, type } = await card(desk);
  done(await link(unique('link')), 'CardLinkSuccess');
  await type();
  const ids = async () => (await desk.call(WalletCardsDocument, { id: walletId, states: ['ACTIVE'] })).wallet?.cards;
  await vi.waitFor(async () => expect(await ids()).toHaveLength(1), { timeout: 15_000 });
  return { cardId: (await ids())?.[0]?.id ?? '', active };
}

/** Every write of a card. */
export const cardWrites: RecordWrite[] = [
  {
    title: 'card linked',
    operation: 'cards.create',
    async prepare(desk) {
      const { walletId, active, link, type } = await card(desk);
      const key = unique('link');
      let typed: Promise<void> | null = null;
      const atMbank = async () => {
        typed ??= type();
        await typed;
        const here = (await desk.call(WalletCardsDocument, { id: walletId })).wallet?.cards ?? [];
        return { there: await active(), here: here.map(({ state }) => state) };
      };
      return { send: () => link(key), atMbank, once: { there: 1, here: ['ACTIVE'] } };
    },
  },
  {
    title: 'card removed',
    operation: 'cards.delete',
    async prepare(desk) {
      const { cardId, active } = await activeCard(desk);
      const send = async () => (await desk.call(RemoveCardDocument, { cardId })).cardRemove;
      return { send, atMbank: active, once: 0 };
    },
  },
];
