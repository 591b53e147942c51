import type { Payment } from '../../../db/generated/client.ts';
import { DomainError, type MinorAmount } from '../../../errors.ts';
import type { NewEvent } from '../../../events/event.ts';
import type { TenantViewer } from '../../access/viewer.ts';
import type { KeyClaim } from '../../idempotency/claim-many.ts';
import type { Progress } from '../progress.ts';
import type { GroupWallet } from './read-wallets.ts';

/** A transfer that is to be made, checked by its form. */
export interface CreateRequest {
  kind: 'CREATE';
  viewer: TenantViewer;
  claim: KeyClaim;
  fromWalletId: string;
  amount: MinorAmount;
  fromCurrency: string | undefined;
  /** By id, or by the fingerprint of the phone in hexadecimal. */
  to: { walletId: string } | { phoneHash: string };
  note: string | null;
  confirm: boolean;
}

/** A payment that is to be confirmed by what is in its wallet. */
export interface ConfirmRequest {
  kind: 'CONFIRM';
  viewer: TenantViewer;
  paymentId: string;
}

export type TransferRequest = CreateRequest | ConfirmRequest;

/**
 * What became of a request. ELSEWHERE: it is not about a transfer between wallets whose book is here, and nothing was done.
 */
export type Outcome =
  | { kind: 'DONE'; payment: Payment; replayed: boolean }
  | { kind: 'REFUSED'; refusal: DomainError }
  | { kind: 'ELSEWHERE' };

/** A request on its way through the transaction of its group. */
export interface Job {
  request: TransferRequest;
  /** Null while nothing has ended it. */
  outcome: Outcome | null;
  /** Of a transfer that passed its checks. */
  transfer: Transfer | null;
}

/** A transfer with its two sides. */
export interface Transfer {
  progress: Progress;
  from: GroupWallet;
  to: GroupWallet;
  /** Is it to be carried out, or only made? */
  carry: boolean;
  /** What the books say when it is carried out. */
  balances: NewEvent[];
}

/** Does one step of a job that has not ended; what refuses it ends this job and no other. */
export function attempt(job: Job, work: () => void): void {
  if (job.outcome) return;
  try {
    work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    job.outcome = { kind: 'REFUSED', refusal: error };
  }
}
