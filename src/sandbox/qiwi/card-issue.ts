import { randomInt } from 'node:crypto';
import type { Card, CardAlias, Wallet } from './model.ts';
import type { World } from './world.ts';

/** Cards given with the QIWI Master package (section 2.10). */
const FREE_CARDS = 5;
/** The years that a card is good for; "за год" in the tariff. */
const YEARS = 1;
const BIN = '489049';

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('');

/** The last digit of a card number (Luhn). */
function checkDigit(body: string): number {
  const sum = [...body].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

/** A card number of 16 digits (trap T55). */
function newPan(): string {
  const body = `${BIN}${digits(9)}`;
  return `${body}${checkDigit(body)}`;
}

/** The last day of the month, so many years on, at Moscow midnight: `2022-01-31T00:00:00+03:00`. */
const expiryOf = (issued: Date): Date =>
  new Date(Date.UTC(issued.getUTCFullYear() + YEARS, issued.getUTCMonth() + 1, 0) - 3 * 3_600_000);

/** `2001291110576200000`: the day, the time and a tail, 19 digits, beyond what a double holds (trap T43). */
const longIdOf = (id: number, issued: Date): string =>
  `${issued.toISOString().replace(/\D/g, '').slice(2, 12)}${String(id).slice(-9).padStart(9, '0')}`;

/** Issues a virtual card: it is ACTIVE at once (section 3.8). `given` replaces what would be made up. */
export function issueCard(world: World, wallet: Wallet, kind: CardAlias, given: Partial<Card> = {}): Card {
  const now = world.clock.now();
  const id = given.id ?? world.number();
  const longId = given.longId ?? longIdOf(id, now);
  const card: Card = {
    id,
    longId,
    wallet,
    kind,
    alias: kind === 'qvc-cpa' ? 'QIWI Master Prepaid' : 'QIWI Master Debit',
    pan: newPan(),
    cvv: digits(3),
    status: 'ACTIVE',
    activatedAt: now,
    expiresAt: expiryOf(now),
    blockedAt: null,
    blockedByApi: false,
    txnId: longId,
    ...given,
  };
  world.cards.set(id, card);
  return card;
}

/** The cards of a wallet, oldest first. */
export const cardsOf = (world: World, wallet: Wallet): Card[] =>
  [...world.cards.values()].filter((card) => card.wallet === wallet);

/** Is the wallet's next card free? The first five are, once the package is bought; a planned decision goes first. */
export function nextCardIsFree(world: World, wallet: Wallet): boolean {
  const planned = world.nextCardOrders.shift();
  if (planned !== undefined) return planned === 'free';
  return wallet.master && cardsOf(world, wallet).length < FREE_CARDS;
}
