import { LosslessNumber } from 'lossless-json';
import type { Card, CardAlias } from './model.ts';
import { stamp } from './time.ts';

/** How a card is shown in MST-5. Texts and numbers of the tariff are the documented ones. */

const DAY = 86_400_000;
/** MST-8: how long after a block by API a card can be unblocked. */
const UNBLOCK_DAYS = 90;

const tariffs: Record<CardAlias, { id: number; name: string; type: string }> = {
  'qvc-cpa': { id: 12, name: 'Виртуальная карта QIWI', type: 'QVC_CPA' },
  'qvc-cpa-debit': { id: 13, name: 'Виртуальная дебетовая карта QIWI', type: 'QVC_CPA_DEBIT' },
};

const details = {
  info: '99 ₽, действует 1 год',
  description: '',
  tariffLink: 'https://static.qiwi.com/qcms/files/1582791401478_5_JJ5vJe1L0szXzKb.pdf',
  offerLink: 'https://static.qiwi.com/ru/doc/qvc.pdf',
  features: ['Покупки без комиссии'],
};

const requisites = (personId: string) =>
  Object.entries({
    Получатель: 'КИВИ Банк (АО)',
    ИНН: '3123011520',
    'Банк получателя': 'КИВИ Банк (АО)',
    БИК: '044525416',
    КПП: '772601001',
    Счет: '47416810600000000004',
    'Корр. счет': '30101810645250000416 (открыт в ГУ Банка России по Центральному федеральному округу)',
    'Назначение платежа': `Пополнение QIWI Кошелька\nN +${personId}`,
  }).map(([name, value]) => ({ name, value }));

/** Can MST-8 still undo the block? */
export const canUnblock = ({ status, blockedAt, blockedByApi }: Card, now: Date): boolean =>
  status === 'BLOCKED' &&
  blockedByApi &&
  blockedAt !== null &&
  now.getTime() - blockedAt.getTime() <= UNBLOCK_DAYS * DAY;

function qvx(card: Card, now: Date) {
  const expires = stamp(card.expiresAt);
  return {
    id: card.id,
    maskedPan: `****${card.pan.slice(-4)}`,
    status: card.status,
    cardExpire: expires,
    cardType: 'VIRTUAL',
    cardAlias: card.alias,
    cardLimit: null,
    activated: stamp(card.activatedAt),
    smsResended: stamp(card.activatedAt),
    postNumber: null,
    blockedDate: card.blockedAt === null ? null : stamp(card.blockedAt),
    // The table has it, the sample of an active card has not.
    ...(card.status === 'BLOCKED' ? { unblockAvailable: canUnblock(card, now) } : {}),
    fullPan: null,
    cardId: new LosslessNumber(card.longId),
    txnId: card.txnId,
    cardExpireMonth: expires.slice(5, 7),
    cardExpireYear: expires.slice(0, 4),
  };
}

/** One element of MST-5. */
export function cardView(card: Card, now: Date) {
  const { id, name, type } = tariffs[card.kind];
  return {
    qvx: qvx(card, now),
    balance: null,
    info: {
      id,
      name,
      alias: card.kind,
      price: { amount: new LosslessNumber('99.0000'), currency: 643 },
      period: 'за год',
      type,
      details: { ...details, requisites: requisites(card.wallet.personId) },
      features: [],
    },
  };
}
