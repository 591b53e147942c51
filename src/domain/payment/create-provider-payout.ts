import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { type MinorAmount, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { sealKept } from '../mirror/parties.ts';
import { IdentificationRequiredError } from '../provider/errors.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { createProviderPayment, type ProviderPlan } from './create-provider-payment.ts';
import { checkAmount, checkNote, newPayment } from './new-payment.ts';
import type { PayoutTarget } from './payees.ts';
import { payoutUse } from './payout.ts';
import { type ChosenRoute, choosePayoutRoute } from './payout-routes.ts';
import { checkMaxFee } from './reprice-payment.ts';
import { checkFunds } from './transfer.ts';

export interface CreateProviderPayoutInput {
  idempotencyKey: string;
  fromWalletId: string;
  amount: MinorAmount;
  destination: PayoutTarget;
  /** Who pays, where the payee wants to know; what is left out is the wallet owner's. */
  payer?: unknown;
  provider?: string | undefined;
  note?: string | undefined;
  confirm: boolean;
  /** The highest fee that is agreed to; any when left out. */
  maxFee?: MinorAmount | undefined;
}

type PayoutDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Money out of a wallet through a provider: to a service of its catalogue, a phone, a card, an account or a company. Priced by the
 * provider at once; confirmed, it is held until the provider proves its outcome.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   IdentificationRequiredError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export function createProviderPayout(
  deps: PayoutDeps,
  viewer: TenantViewer,
  { idempotencyKey, confirm, ...input }: CreateProviderPayoutInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { amount, destination: target, payer, provider, fromWalletId, maxFee } = input;
  checkAmount(amount, 'input.amount');
  if (maxFee) checkMaxFee(maxFee, amount.currency);
  const note = checkNote(input.note);
  return createProviderPayment<ChosenRoute>(deps, viewer, {
    operation: 'payoutCreate',
    idempotencyKey,
    input: { ...input, confirm },
    confirm,
    maxFee: maxFee?.minor,
    async prepare() {
      const wallet = await payingWallet(deps.db.prisma, viewer, fromWalletId, amount);
      return choosePayoutRoute(deps, { wallet, partnerId: wallet.partnerId, target, payer, amount, provider });
    },
    async plan(tx, id, now, prepared) {
      const wallet = await payingWallet(tx, viewer, fromWalletId, amount);
      const way = present(prepared, 'the way of a new payout');
      return planPayout(deps, tx, { id, wallet, amount, note, way, maxFee }, now);
    },
  });
}

/** @throws NotFoundError, StateError, InvalidInputError */
async function payingWallet(
  tx: Tx,
  viewer: TenantViewer,
  id: string,
  { currency }: MinorAmount,
): Promise<WalletWithAccounts> {
  const wallet = await findWallet(tx, viewer, id);
  if (!wallet) throw new NotFoundError('The paying wallet');
  checkWalletState(wallet, ['ACTIVE']);
  checkCurrency(wallet, currency, 'input.amount.currency');
  return wallet;
}

interface Planned {
  id: string;
  wallet: WalletWithAccounts;
  amount: MinorAmount;
  note: string | null;
  way: ChosenRoute;
  maxFee: MinorAmount | undefined;
}

async function planPayout(
  { vault }: PayoutDeps,
  tx: Tx,
  { id, wallet, amount, note, way, maxFee }: Planned,
  now: Date,
): Promise<ProviderPlan> {
  const { service, shown, route, order, feeMinor, ways } = way;
  if (service?.identificationRequired && wallet.identificationLevel === 'NONE')
    throw new IdentificationRequiredError('SIMPLIFIED');
  const { partnerId, customerId } = wallet;
  const known = { id, partnerId, amountMinor: amount.minor, currency: amount.currency, createdAt: now };
  const payment = newPayment('PAYOUT', known, {
    sourceWalletId: wallet.id,
    sourceCustomerId: customerId,
    serviceId: service?.id ?? null,
    partiesSealed: shown && sealKept(vault, id, { source: { kind: 'WALLET', phone: null }, destination: shown }),
    feeMinor,
    fundingSource: 'BALANCE',
    note,
  });
  await checkLimits(tx, [payoutUse(payment, wallet.identificationLevel)], now);
  // what a wallet at a provider may spend is the provider's to say
  if (!isMirrored(wallet)) await checkFunds(tx, payment, wallet.id);
  const agreed = maxFee ? { maxFee: maxFee.minor.toString() } : {};
  return { payment, route, order: { ...order, ...(ways.length > 0 ? { ways } : {}), ...agreed } };
}
