import type { Wallet } from '../../db/generated/client.ts';
import type { EventType, NewEvent } from '../../events/event.ts';
import { balanceOf } from '../../ledger/balance.ts';
import type { Counters } from '../../ledger/post.ts';
import { isoText } from '../../lib/iso-text.ts';
import type { WalletBook } from './book.ts';

function walletEvent(type: EventType, wallet: Wallet, occurredAt: Date): NewEvent {
  return {
    partnerId: wallet.partnerId,
    type,
    audience: wallet.customerId ? [wallet.customerId] : [],
    walletIds: [wallet.id],
    paymentId: null,
    data: { kind: 'wallet', walletId: wallet.id, status: wallet.status },
    occurredAt,
  };
}

/** A wallet was opened. */
export const walletOpened = (wallet: Wallet, at: Date): NewEvent => walletEvent('WALLET_OPENED', wallet, at);
/** A wallet changed: its status, level, currencies or caps. */
export const walletUpdated = (wallet: Wallet, at: Date): NewEvent => walletEvent('WALLET_UPDATED', wallet, at);
/** A wallet was closed. */
export const walletClosed = (wallet: Wallet, at: Date): NewEvent => walletEvent('WALLET_CLOSED', wallet, at);

/** The wallet's balance in one currency, as a posting left it. */
export function balanceChanged(book: WalletBook, counters: Counters, paymentId: string | null, at: Date): NewEvent {
  const { posted, pending, available } = balanceOf('LIABILITY', counters);
  return {
    partnerId: book.partnerId,
    type: 'BALANCE_CHANGED',
    audience: book.customerId ? [book.customerId] : [],
    walletIds: [book.walletId],
    paymentId,
    data: {
      kind: 'balance',
      walletId: book.walletId,
      currency: book.currency,
      posted: posted.toString(),
      pending: pending.toString(),
      available: available.toString(),
      asOf: isoText(at),
    },
    occurredAt: at,
  };
}
