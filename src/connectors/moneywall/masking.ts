import type { CreditOrder } from '../credit-sessions.ts';
import type { Masking } from '../recorder.ts';

/**
 * What must not be kept: who the shopper and the passengers are, our callback addresses with their secret, the shopper's page at the
 * shop, and the frame, which anybody could fill in who knows it.
 */
export const masking: Masking = {
  request: new Set([
    'phone',
    'email',
    'success_callback_url',
    'failure_callback_url',
    'redirect_url',
    'passengers',
    'local_passport',
    'international_passport',
    'address',
  ]),
  answer: new Set(['frame_url']),
};

/** Values of an order that an answer might repeat; the longest first, so that none is cut by another that begins it. */
export function personalOf(order: Pick<CreditOrder, 'phone' | 'email'> & Partial<CreditOrder>): string[] {
  const { phone, email, callback, passport, internationalPassport, address, product } = order;
  const people = [passport, internationalPassport, ...(product?.passengers ?? [])];
  const names = people.flatMap((person) => (person ? [person.firstName, person.lastName, person.birthDate] : []));
  const documents = [
    passport?.number,
    internationalPassport?.number,
    ...(product?.passengers ?? []).map(({ documentNumber }) => documentNumber),
  ];
  const all = [phone, phone.replace(/^\+/, ''), email, callback?.token, address?.street, ...names, ...documents];
  return all.filter((value) => value !== undefined).sort((a, b) => b.length - a.length);
}
