import type { InvoiceLinkInput } from '../../connectors/links.ts';
import type { FundingSourceKind } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError, NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkAmount, checkNote } from '../payment/new-payment.ts';
import { capable, walletAtProvider } from '../wallet/at-provider.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { checkPhone } from '../wallet/phone.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findPartnerWallet } from '../wallet/store.ts';
import type { PayerInput } from './parties.ts';

export interface InvoiceLinkRequest {
  recipientWalletId: string;
  payer?: PayerInput | undefined;
  /** Left out: whoever opens the page enters it. */
  amount?: MinorAmount | undefined;
  message?: string | undefined;
  number?: string | undefined;
  dueAt?: Date | undefined;
  payMethods?: readonly FundingSourceKind[] | undefined;
  returnUrl?: string | undefined;
  attributes?: readonly { name: string; value: string }[] | undefined;
}

/**
 * The address of a provider's page that issues an invoice of the wallet when it is opened. Nothing is created until then.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError; ProviderRejectedError and ProviderUnavailableError while
 *   the wallet has no published key yet
 */
export async function invoiceLink(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config'>,
  viewer: TenantViewer,
  { recipientWalletId, payer, ...input }: InvoiceLinkRequest,
): Promise<{ url: string; provider: string }> {
  const found = await walletAtProvider(deps, viewer, recipientWalletId, 'PAYMENT_LINKS');
  const links = capable(found, 'PAYMENT_LINKS', ({ paymentLinks }) => paymentLinks);
  const form = capable(found, 'PAYMENT_LINKS', ({ paymentLinks }) => paymentLinks?.invoice);
  checkWalletState(found.wallet, ['ACTIVE']);
  if (input.amount) checkAmount(input.amount, 'input.amount');
  checkNote(input.message, 'input.message');
  if (input.dueAt && input.dueAt <= deps.clock.now())
    throw InvalidInputError.at('input.dueAt', 'must be in the future.');
  const { call, account } = await withCredential(deps, found, links.invoiceKey);
  const publicKey = call.wallet?.credentials[links.invoiceKey ?? ''];
  if (publicKey === undefined)
    throw new NotSupportedError(account.provider, 'PAYMENT_LINKS', 'The wallet has no key that could be published.');
  const asked = { ...input, payer: await payerOf(deps, found.wallet.partnerId, payer) };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const link = form({ ...given, publicKey } as InvoiceLinkInput);
  if ('url' in link) return { url: link.url, provider: account.provider };
  throw InvalidInputError.at(`input.${link.field}`, link.issue);
}

async function payerOf(
  { db }: Pick<Deps, 'db'>,
  partnerId: string,
  payer: PayerInput | undefined,
): Promise<InvoiceLinkInput['payer']> {
  if (!payer) return undefined;
  const { walletId, phone, email, account } = payer;
  const wallet = walletId === undefined ? null : await findPartnerWallet(db.prisma, partnerId, walletId);
  if (walletId !== undefined && !wallet?.number) throw new NotFoundError('The paying wallet');
  const known = phone === undefined ? wallet?.number : checkPhone(phone, 'input.payer.phone');
  return { ...(known ? { phone: known } : {}), ...(email ? { email } : {}), ...(account ? { account } : {}) };
}
