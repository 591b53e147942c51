import {
  IssuedCardDocument,
  IssuedCardsDocument,
  OrderCardDocument,
  PayCardDocument,
} from '../../schema/operations.ts';
import { type Call, done, unique } from './builders.ts';
import { linkQiwi, type QiwiWallet, type TestQiwi } from './qiwi.ts';

/** What tests do with cards that QIWI issues. */
export function cardDesk(call: Call, qiwi: TestQiwi) {
  const orderInput = (walletId: string, extra: object = {}) => ({
    idempotencyKey: unique('card'),
    walletId,
    offerCode: 'qvc-cpa',
    ...extra,
  });
  const order = (input: ReturnType<typeof orderInput>) => call(OrderCardDocument, { input });
  const ordered = async (walletId: string) =>
    done((await order(orderInput(walletId))).cardOrder, 'CardOrderSuccess').card;
  return {
    orderInput,
    order,
    ordered,
    /** A wallet at QIWI that is linked here. */
    async wallet(amount = 10_000) {
      const owner = qiwi.wallet(amount);
      return { owner, walletId: await linkQiwi(call, qiwi, owner) };
    },
    /** What QIWI's own list shows of the wallet's cards. */
    async atQiwi(owner: QiwiWallet) {
      const answer = await qiwi.elsewhere(owner, 'GET', '/cards/v1/cards?vas-alias=qvc-master');
      return (await answer.json()) as { qvx: { id: number; status: string; cardAlias: string } }[];
    },
    /** A card that costs nothing. */
    freeCard(walletId: string) {
      qiwi.act('card.order', { price: 'free' });
      return ordered(walletId);
    },
    pay: (cardId: string, confirm: boolean, idempotencyKey = unique('pay')) =>
      call(PayCardDocument, { input: { idempotencyKey, cardId, confirm } }),
    look: async (id: string) => (await call(IssuedCardDocument, { id })).card,
    cardsOf: async (walletId: string) => (await call(IssuedCardsDocument, { walletId })).wallet?.cards ?? [],
  };
}
