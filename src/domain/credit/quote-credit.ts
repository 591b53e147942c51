import type { CreditQuote } from '../../connectors/credit-sessions.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount } from '../../errors.ts';
import { AmountError } from '../../money/money.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { lenderOf } from './lender.ts';

export interface QuoteCreditInput {
  provider: string;
  amount: MinorAmount;
  /** The earliest departure, with its offset. */
  departsAt: string | null;
  /** When the agreement is opened; now when null. */
  contractOpensAt: Date | null;
}

/**
 * What credit for an amount costs, by the formula that the lender publishes. Nobody is asked and nothing is made.
 * @throws InvalidInputError for an amount that is not lent; NotSupportedError
 */
export async function quoteCredit(
  deps: Pick<Deps, 'db' | 'connectors' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { provider, amount, departsAt, contractOpensAt }: QuoteCreditInput,
): Promise<CreditQuote> {
  const { credit } = await lenderOf(deps, deps.db.prisma, viewer.partnerId, provider);
  try {
    return credit.quote({ amount, departsAt, opensAt: contractOpensAt ?? deps.clock.now() });
  } catch (error) {
    if (error instanceof AmountError) throw InvalidInputError.at('amount', error.message);
    throw error;
  }
}
