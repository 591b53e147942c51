import { outcomeOf, type ProviderRejected } from '../outcome.ts';
import type { ReceiptFormat, Receipts } from '../records.ts';
import { refusal } from './answer.ts';
import { typesOf } from './history.ts';
import { orNull, type Parts } from './parts.ts';
import type { WireType } from './wire-history.ts';

/** The answer's own content type is not to be believed (trap T24). */
const contentTypes: Readonly<Record<ReceiptFormat, string>> = { PDF: 'application/pdf', JPEG: 'image/jpeg' };

/**
 * RECEIPTS (contract 2.5): both calls want the type of the transaction. Where the direction leaves it open, each type is
 * tried: a 404 proves that there is no such transaction, and that nothing was sent.
 */
export function receiptsCapability({ client }: Parts): Receipts {
  return {
    operations: ['HIS-4', 'HIS-5'],
    formats: ['PDF', 'JPEG'],
    send: (call, { reference, email, direction }) =>
      outcomeOf(async () => {
        const sent = await firstKnown(direction, async (type) => {
          await client.history.sendReceipt(call, reference, type, email);
          return { sent: true };
        });
        if (!sent) throw none('HIS-5');
        return null;
      }),
    async file(call, { reference, format, direction }) {
      const found = await firstKnown(direction, (type) => client.history.receipt(call, reference, type, format));
      if (!found) throw none('HIS-4');
      return { contentType: contentTypes[format], content: found.content };
    },
  };
}

/** What the first type answers under which the provider knows the transaction; null when it knows it under none. */
async function firstKnown<T>(
  direction: 'IN' | 'OUT' | undefined,
  attempt: (type: WireType) => Promise<T>,
): Promise<T | null> {
  for (const type of typesOf(direction)) {
    const answer = await orNull(attempt(type));
    if (answer !== null) return answer;
  }
  return null;
}

const none = (operation: string): ProviderRejected =>
  refusal(operation, {
    httpStatus: 404,
    errorCode: 'NOT_FOUND',
    providerMessage: 'The provider has no such transaction.',
    remedy: 'NONE',
  });
