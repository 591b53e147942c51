import type { ProviderPayment } from '../../connectors/values.ts';
import type { Reconciliation } from '../../db/generated/client.ts';
import type { Money } from '../../money/money.ts';
import { readUpstream } from '../provider/errors.ts';
import type { Break } from './breaks.ts';
import { chargeOf, type Subject } from './subject.ts';

/**
 * Compares the provider's own sums of a span with the lines that it shows of it: a line that the list leaves out is in the sum.
 * @param items all lines of the span
 * @returns differences by direction and currency; null where the provider tells no sums, and while money is on its way
 * @throws ProviderRejectedError, ProviderUnavailableError
 */
export async function compareTotals(
  { connector, call, wallet }: Subject,
  { from, to }: Pick<Reconciliation, 'from' | 'to'>,
  items: readonly ProviderPayment[],
): Promise<Break[] | null> {
  const { history } = connector;
  const open = items.some(({ status }) => status !== 'COMPLETED' && status !== 'DECLINED');
  if (!history?.totals || open) return null;
  const sums = await readUpstream(async () => history.totals?.(call, { from, to }));
  if (!sums) return null;
  const told = (direction: 'IN' | 'OUT', currency: string): bigint =>
    items
      .filter(
        (said) => said.status === 'COMPLETED' && said.direction === direction && said.amount.currency === currency,
      )
      .reduce((sum, said) => sum + (direction === 'IN' ? said.amount.minor : chargeOf(said)), 0n);
  const currencies = new Set(
    [...sums.incoming, ...sums.outgoing, ...items.map(({ amount }) => amount)].map(({ currency }) => currency),
  );
  const differences = (direction: 'IN' | 'OUT', list: readonly Money[]): Break[] =>
    [...currencies].sort().flatMap((currency): Break[] => {
      const expected = { minor: told(direction, currency), currency };
      const minor = list.find((sum) => sum.currency === currency)?.minor ?? 0n;
      const subject = `totals:${wallet.id}:${direction}:${currency}`;
      return minor === expected.minor
        ? []
        : [{ kind: 'AMOUNT_DIFFERS', subject, expected, actual: { minor, currency } }];
    });
  return [...differences('IN', sums.incoming), ...differences('OUT', sums.outgoing)];
}

/** Is this difference about sums, and not about one line? */
export const isAboutTotals = (subject: string): boolean => subject.startsWith('totals:');
