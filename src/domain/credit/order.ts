import type { CreditIssue, CreditOrder, CreditProduct } from '../../connectors/credit-sessions.ts';
import { type InputIssue, InvalidInputError, type MinorAmount } from '../../errors.ts';
import { checkPhone } from '../wallet/phone.ts';

/** An order as the partner gives it. What it tells of people is sent on and never kept. */
export type OrderInput = Omit<CreditOrder, 'amount' | 'creditCost' | 'callback'> & { amount: MinorAmount };

const ORDER_ID = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_TEXT = 255;

/**
 * Refuses an order that no lender could make sense of. What one lender does not take it says itself, by `CreditSessions.check`.
 * @throws InvalidInputError naming each field
 */
export function checkOrder(order: OrderInput, now: Date): void {
  const { phone, product, passport, internationalPassport: abroad } = order;
  const issues: InputIssue[] = [...blankTexts(order, ['input'])];
  const wrong = (path: string, message: string) => issues.push({ path: ['input', ...path.split('.')], message });
  if (!ORDER_ID.test(order.orderId)) wrong('orderId', 'must have 1 to 64 letters of ASCII, digits, - or _.');
  if (order.amount.minor <= 0n) wrong('amount.amount', 'must be above zero.');
  if (order.expiresAt && order.expiresAt <= now) wrong('expiresAt', 'must be in the future.');
  const today = now.toISOString().slice(0, 10);
  const born = (path: string, date: string | undefined) => {
    if (date !== undefined && date > today) wrong(path, 'must not be in the future.');
  };
  born('passport.birthDate', passport?.birthDate);
  born('passport.issuedAt', passport?.issuedAt);
  born('internationalPassport.birthDate', abroad?.birthDate);
  if (passport && passport.issuedAt < passport.birthDate)
    wrong('passport.issuedAt', 'must not be before the person was born.');
  for (const name of ['successfulOrders', 'orders'] as const)
    if ((order.meta?.[name] ?? 0) < 0) wrong(`meta.${name}`, 'must not be below zero.');
  if (product) issues.push(...ticketIssues(product, today));
  try {
    checkPhone(phone, 'input.phone');
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    issues.push(...error.issues);
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/** What is wrong with airline tickets: no flight, nobody who flies, a flight that ends before it begins. */
export function ticketIssues({ segments, passengers }: CreditProduct, today: string): InputIssue[] {
  const at = ['input', 'product', 'airlineTickets'];
  const issues: InputIssue[] = [];
  if (segments.length === 0) issues.push({ path: [...at, 'segments'], message: 'must have at least one segment.' });
  if (passengers.length === 0)
    issues.push({ path: [...at, 'passengers'], message: 'must have at least one passenger.' });
  segments.forEach(({ flights }, index) => {
    const segment = [...at, 'segments', String(index), 'flights'];
    if (flights.length === 0) issues.push({ path: segment, message: 'must have at least one flight.' });
    flights.forEach(({ departsAt, arrivesAt }, number) => {
      if (Date.parse(arrivesAt) <= Date.parse(departsAt))
        issues.push({ path: [...segment, String(number), 'arrivesAt'], message: 'must be after the departure.' });
    });
  });
  passengers.forEach(({ birthDate }, index) => {
    if (birthDate > today)
      issues.push({ path: [...at, 'passengers', String(index), 'birthDate'], message: 'must not be in the future.' });
  });
  return issues;
}

/** Texts that say nothing, or too much, wherever they stand. */
function* blankTexts(value: unknown, path: string[]): Generator<InputIssue> {
  if (typeof value === 'string') {
    // an address may be long; the scalar has seen to it
    if (value.trim() === '') yield { path, message: 'must not be blank.' };
    else if (value.length > MAX_TEXT && path.at(-1) !== 'returnUrl')
      yield { path, message: `must have at most ${MAX_TEXT} characters.` };
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [name, member] of Object.entries(value))
      yield* blankTexts(member, name === 'product' ? [...path, name, 'airlineTickets'] : [...path, name]);
  }
}

/** The earliest departure of an order, with the offset in which it was given; null where nobody flies. */
export function firstDeparture(product: CreditProduct | null): string | null {
  const departures = (product?.segments ?? []).flatMap(({ flights }) => flights.map(({ departsAt }) => departsAt));
  return departures.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}

/** What a lender does not take, as the input names it. @throws InvalidInputError unless the list is empty */
export function refuseIssues(issues: readonly CreditIssue[]): void {
  if (issues.length === 0) return;
  throw new InvalidInputError(
    issues.map(({ path, message }) => {
      const [first, ...rest] = path;
      const named = first === 'product' ? [first, 'airlineTickets', ...rest] : [...path];
      return { path: ['input', ...named], message };
    }),
  );
}
