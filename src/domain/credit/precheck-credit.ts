import type { CreditPrecheck } from '../../connectors/credit-sessions.ts';
import { InvalidInputError, NotSupportedError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { readUpstream } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { checkPhone } from '../wallet/phone.ts';
import { asAccount, type CreditDeps, lenderOf } from './lender.ts';
import { ticketIssues } from './order.ts';

/**
 * Would the lender take this application? It is sent on, and nothing of it is kept.
 * @throws InvalidInputError, NotSupportedError (most lenders do not answer this), ProviderRejectedError, ProviderUnavailableError
 */
export async function precheckCredit(
  deps: CreditDeps,
  viewer: PartnerViewer,
  { provider, ...application }: CreditPrecheck & { provider: string },
): Promise<{ provider: string; approved: boolean }> {
  checkPhone(application.phone, 'input.phone');
  if (application.amount.minor <= 0n) throw InvalidInputError.at('input.amount.amount', 'must be above zero.');
  if (application.ordersCompleted < 0) throw InvalidInputError.at('input.ordersCompleted', 'must not be below zero.');
  const issues = ticketIssues(application.product, deps.clock.now().toISOString().slice(0, 10));
  if (issues.length > 0) throw new InvalidInputError(issues);
  const { account, credit } = await lenderOf(deps, deps.db.prisma, viewer.partnerId, provider);
  const { precheck } = credit;
  if (!precheck) throw new NotSupportedError(provider, 'CREDIT', 'This provider account does not answer that.');
  const { approved } = await withAccountCredentials(deps, account, () =>
    readUpstream(() => precheck.call(credit, asAccount, application)),
  );
  return { provider, approved };
}
