import type { CreditIssue, CreditOrder, CreditProduct, IssuedTickets } from '../credit-sessions.ts';
import { amountIssue } from './money.ts';
import { offsetTime } from './time.ts';

/** Trap M11: 8 MB on either reading. */
const MAX_RECEIPT_BYTES = 8_000_000;

/** By a receipt's extension (contract 2.2), its media type. */
const receiptTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/** The media type of a receipt by its name; undefined for one that is not taken. */
export const receiptType = (name: string): string | undefined =>
  receiptTypes[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];

/** What of an order is not as contract 2.1 wants it. What only a person would notice is left to the domain (trap M14). */
export function orderIssues(order: CreditOrder): CreditIssue[] {
  const { orderId, phone, amount, creditCost, product } = order;
  const issues: CreditIssue[] = [];
  const add = (path: string[], message: string | null) => message !== null && issues.push({ path, message });
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(orderId))
    add(['orderId'], 'must be 1 to 64 Latin letters, digits, hyphens or underscores.');
  if (!/^\+\d{7,15}$/.test(phone)) add(['phone'], 'must be a number with its country, such as +79261234567.');
  add(['amount'], amountIssue(amount));
  if (creditCost) add(['creditCost'], amountIssue(creditCost));
  const { email, product: _, passport, address, internationalPassport } = order;
  issues.push(...blankTexts({ email, passport, address, internationalPassport }, []));
  if (product) issues.push(...productIssues(product));
  return issues;
}

/** The same of what is bought. */
export function productIssues(product: CreditProduct): CreditIssue[] {
  const path = ['product'];
  const issues = blankTexts(product, path);
  if (product.passengers.length === 0)
    issues.push({ path: [...path, 'passengers'], message: 'must name a passenger.' });
  if (product.segments.length === 0) issues.push({ path: [...path, 'segments'], message: 'must have a segment.' });
  for (const [segment, { flights }] of product.segments.entries()) {
    const at = [...path, 'segments', String(segment), 'flights'];
    if (flights.length === 0) issues.push({ path: at, message: 'must have a flight.' });
    for (const [flight, times] of flights.entries())
      for (const field of ['departsAt', 'arrivesAt'] as const)
        if (offsetTime(times[field]) === null)
          issues.push({
            path: [...at, String(flight), field],
            message: 'must be a time with its offset, such as 2026-12-10T08:00:00+03:00.',
          });
  }
  return issues;
}

/** Required texts that say nothing. */
function blankTexts(value: unknown, path: string[]): CreditIssue[] {
  if (typeof value === 'string') return value.trim() === '' ? [{ path, message: 'must not be empty.' }] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, item]) => blankTexts(item, [...path, name]));
}

/** What of tickets is not as contract 2.2 wants it. The transaction letter may be anything (trap M11). */
export function ticketIssues({ tickets }: IssuedTickets): CreditIssue[] {
  if (tickets.length === 0) return [{ path: ['tickets'], message: 'must have a ticket.' }];
  return tickets.flatMap(({ number, receipt }, index) => {
    const path = ['tickets', String(index)];
    const issues = blankTexts({ number }, path);
    const wrong = (message: string) => issues.push({ path: [...path, 'receipt'], message });
    if (receiptType(receipt.name) === undefined) wrong('must be a pdf, doc or docx file, by the end of its name.');
    if (receipt.size > MAX_RECEIPT_BYTES) wrong(`must be at most ${MAX_RECEIPT_BYTES} bytes long.`);
    if (receipt.size === 0) wrong('must not be empty.');
    return issues;
  });
}

/** Issues in one line, for a refusal. */
export const sayIssues = (issues: readonly CreditIssue[]): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
