import type { Call } from '../../connectors/connector.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, ProviderAccount, Wallet } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { present } from '../../lib/assert.ts';
import { connectorOf } from '../provider/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';

/** A side of a payment: who made it, or who got it from somebody else. */
export type PaymentSide = 'MAKER' | 'RECEIVER';

/** A payment at the provider that carries it, as one of its sides has it there. */
export interface PaymentAtProvider {
  account: ProviderAccount;
  connector: Connector;
  /** A call as the wallet of that side; as the house wallet for a LOCAL one. */
  call: Call;
  reference: string;
  /** Seen from that side; undefined where the payment touches no wallet here. */
  direction: 'IN' | 'OUT' | undefined;
}

/** The wallet here through which a side sees the payment; null where that touches none. */
export const walletOfSide = ({ sourceWalletId, destinationWalletId }: Payment, side: PaymentSide): string | null =>
  side === 'MAKER' ? (sourceWalletId ?? destinationWalletId) : destinationWalletId;

/**
 * Can the line of a payment at its provider be read by this side? What a LOCAL wallet or none paid is a line of the house wallet, and
 * its maker's; not the receiver's. A wallet that was unlinked is not opened any more.
 */
export const hasLine = (wallet: Wallet | null, side: PaymentSide): boolean =>
  wallet === null || wallet.provider === 'LOCAL' ? side === 'MAKER' : wallet.status !== 'CLOSED';

/**
 * The way to a payment at its provider.
 * @returns null when the ledger here carried it, when the provider has told no number of it yet, and when this side has no line there
 */
export async function reachPayment(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  payment: Payment,
  side: PaymentSide,
): Promise<PaymentAtProvider | null> {
  const { sourceWalletId, providerAccountId } = payment;
  const walletId = walletOfSide(payment, side);
  const wallet = walletId ? await tx.wallet.findUniqueOrThrow({ where: { id: walletId } }) : null;
  if (providerAccountId === null || !hasLine(wallet, side)) return null;
  const kept = wallet !== null && wallet.provider !== 'LOCAL';
  const pays = side === 'MAKER' && sourceWalletId !== null;
  const reference = await referenceOf(tx, payment, pays);
  if (reference === null) return null;
  const id = kept ? present(wallet.providerAccountId, 'the provider account of a wallet') : providerAccountId;
  const account = await tx.providerAccount.findUniqueOrThrow({ where: { id } });
  return {
    account,
    connector: connectorOf(deps, account),
    call: { wallet: upstreamAccess(deps.vault, wallet) },
    reference,
    direction: wallet === null ? undefined : pays ? 'OUT' : 'IN',
  };
}

/** The provider's number: of the receiving line where that has one of its own, and the line itself where lines have none. */
async function referenceOf(tx: Tx, payment: Payment, pays: boolean): Promise<string | null> {
  const known = payment.historyReference || (!pays && payment.destinationReference) || payment.reference;
  if (known) return known;
  const where = { paymentId: payment.id };
  const attempt = await tx.paymentAttempt.findFirst({ where, orderBy: { number: 'desc' } });
  return attempt?.reference ?? null;
}
