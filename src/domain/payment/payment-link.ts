import type { LinkDestination } from '../../connectors/links.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { findRoute } from '../provider/route.ts';
import { findService } from '../service/find-service.ts';
import { checkPhone, openPhone } from '../wallet/phone.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import { checkAmount, checkNote } from './new-payment.ts';
import { type PayoutTarget, payeeOf } from './payees.ts';

export interface PaymentLinkInput {
  provider: string;
  destination: PayoutTarget;
  amount?: MinorAmount | undefined;
  note?: string | undefined;
  /** What whoever pays cannot change. */
  locked?: readonly ('AMOUNT' | 'ACCOUNT' | 'NOTE')[] | undefined;
}

type LinkDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

const PATH = ['input', 'destination'];

/**
 * The address of a provider's page where a person pays, filled in beforehand. Nothing is created, and nothing is asked.
 * @throws InvalidInputError naming the field that the page cannot show, NotFoundError, NotSupportedError, ProviderUnavailableError
 */
export async function paymentLink(
  deps: LinkDeps,
  viewer: TenantViewer,
  { provider, destination, amount, note, locked = [] }: PaymentLinkInput,
): Promise<{ url: string; provider: string }> {
  if (amount) checkAmount(amount, 'input.amount');
  checkNote(note);
  const wishes = { capability: 'PAYMENT_LINKS' as const, provider };
  const { connector } = await findRoute(deps, deps.db.prisma, viewer.partnerId, wishes);
  const links = present(connector.paymentLinks, 'the links of a provider that offers them');
  const to = await linkDestination(deps, viewer, provider, destination);
  const made =
    to && links.payment({ destination: to, ...(amount ? { amount } : {}), ...(note ? { note } : {}), locked });
  if (!made) throw new NotSupportedError(provider, 'PAYMENT_LINKS', 'The provider has no page for this destination.');
  if ('issue' in made) throw InvalidInputError.at(`input.${made.field}`, made.issue);
  return { url: made.url, provider };
}

/** Whom the page pays; null where no provider can have a page for it. */
async function linkDestination(
  deps: LinkDeps,
  viewer: TenantViewer,
  provider: string,
  target: PayoutTarget,
): Promise<LinkDestination | null> {
  const { walletId, walletPhone, nickname, service } = target;
  if (walletPhone !== undefined)
    return { kind: 'WALLET_PHONE', phone: checkPhone(walletPhone, [...PATH, 'walletPhone'].join('.')) };
  if (walletId !== undefined) return walletDestination(deps, viewer, provider, walletId);
  if (nickname !== undefined) return { kind: 'NICKNAME', nickname };
  if (service !== undefined) {
    const found = await findService(deps, deps.db.prisma, viewer.partnerId, service.serviceId);
    if (!found || found.provider !== provider) throw new NotFoundError('The service');
    const account = service.parameters[0]?.value ?? null;
    return { kind: 'SERVICE', reference: found.providerReference, account };
  }
  // which company or account it is, is typed on the page
  if (target.bankAccount !== undefined || target.organisation !== undefined) return { kind: 'REQUISITES' };
  const to = payeeOf(target, PATH);
  return to?.kind === 'CARD' ? { kind: 'CARD', number: to.number } : null;
}

async function walletDestination(
  { db, vault }: LinkDeps,
  viewer: TenantViewer,
  provider: string,
  id: string,
): Promise<LinkDestination> {
  const wallet = await findPartnerWallet(db.prisma, viewer.partnerId, id);
  if (!wallet) throw new NotFoundError('The receiving wallet');
  if (wallet.provider !== provider || !wallet.phoneSealed)
    throw new NotSupportedError(provider, 'PAYMENT_LINKS', 'The receiving wallet is kept elsewhere.');
  return { kind: 'WALLET_PHONE', phone: openPhone(vault, wallet.id, wallet.phoneSealed) };
}
