import type { Payment } from '../../../db/generated/client.ts';
import { type Sql, sqlTransaction } from '../../../db/sql-transaction.ts';
import type { Deps } from '../../../deps.ts';
import { IdempotencyError, NotFoundError } from '../../../errors.ts';
import { present } from '../../../lib/assert.ts';
import { claimKeys, type KeyClaim } from '../../idempotency/claim-many.ts';
import { isMirrored } from '../../wallet/at-provider.ts';
import { checkWalletState } from '../../wallet/rules.ts';
import { checkConfirmable } from '../confirmable.ts';
import { begin, resume } from '../progress.ts';
import { mayAct } from '../store.ts';
import { checkConversion, checkTransfer, transferPayment } from '../transfer.ts';
import { decide, hold } from './decide.ts';
import { type GroupWallet, type GroupWallets, readWallets } from './read-wallets.ts';
import {
  attempt,
  type ConfirmRequest,
  type CreateRequest,
  type Job,
  type Outcome,
  type TransferRequest,
} from './request.ts';
import { findPayments, lockTransfers } from './rows.ts';

/**
 * Carries out what many callers ask for in one transaction. Each gets an outcome of its own, the one that it would have got alone; one
 * that is refused leaves no trace. What the outcome rests on is locked in the order that all transactions here keep: payments,
 * keys, caps, accounts.
 * @param requests in the order in which they are to take effect; no two with one key, or about one payment
 * @throws what nobody expected, and then nothing of the group stands (unless the connection was lost during COMMIT)
 */
export function carryOut({ db, clock }: Pick<Deps, 'db' | 'clock'>, requests: TransferRequest[]): Promise<Outcome[]> {
  const now = clock.now();
  return sqlTransaction(db, async (sql) => {
    const jobs = requests.map((request): Job => ({ request, outcome: null, transfer: null }));
    const creates = requests.filter((request) => request.kind === 'CREATE');
    const confirms = requests.filter((request) => request.kind === 'CONFIRM');
    // in this order, and in one round trip
    const [payments, wallets] = await Promise.all([lockTransfers(sql, confirms), readWallets(sql, creates, confirms)]);
    for (const job of jobs) {
      const { request } = job;
      attempt(job, () => {
        if (request.kind === 'CREATE') create(job, request, wallets, now);
        else confirm(job, request, payments.get(request.paymentId), wallets, now);
      });
    }
    // the first that writes: BEGIN has been answered, without which a claim would stand on its own
    const used = claimKeys(
      sql,
      creates.map(({ claim }) => claim),
    );
    // in the same round trip, behind the keys; what is locked for a request whose key was used before is left as it is
    const holding = hold(sql, jobs, now).catch(async (error) => {
      await used; // when that has failed, it is the reason
      throw error;
    });
    const [held, claimed] = await Promise.all([holding, used.then((first) => claims(sql, jobs, first))]);
    await decide(sql, held, claimed, now);
    return jobs.map(({ outcome }) => present(outcome, 'the outcome of a request'));
  });
}

/**
 * A key that was used ends its job with what it was used for, whatever would become of it now; but not the job of a wallet at a provider.
 * @param used for each request that makes a transfer, in order: what its key was used for, or null when it is claimed now
 * @returns the keys that are claimed now, by job
 */
async function claims(sql: Sql, jobs: Job[], used: (KeyClaim | null)[]): Promise<Map<Job, KeyClaim>> {
  const claimed = new Map<Job, KeyClaim>();
  const replays: { job: Job; own: KeyClaim; first: KeyClaim }[] = [];
  let at = 0;
  for (const job of jobs) {
    const { request } = job;
    if (request.kind !== 'CREATE') continue;
    const { claim: own } = request;
    const first = used[at];
    at += 1;
    if (!first) claimed.set(job, own);
    if (job.outcome?.kind === 'ELSEWHERE') continue;
    if (first && first.fingerprint === own.fingerprint) replays.push({ job, own, first });
    else if (first) job.outcome = { kind: 'REFUSED', refusal: new IdempotencyError('IDEMPOTENCY_CONFLICT') };
  }
  const made = await findPayments(
    sql,
    replays.map(({ first }) => first.resultId),
  );
  for (const { job, own, first } of replays) {
    const payment = present(made.get(first.resultId), 'the payment of a replayed mutation');
    // it is this request's own when its group was committed, and the connection was lost before it could say so
    job.outcome = { kind: 'DONE', payment, replayed: first.resultId !== own.resultId };
  }
  return claimed;
}

function create(job: Job, request: CreateRequest, wallets: GroupWallets, now: Date): void {
  const { viewer, claim: key, fromWalletId, amount, note, confirm: carry } = request;
  const from = wallets.payer(viewer, fromWalletId);
  if (!from) throw new NotFoundError('The paying wallet');
  if (isMirrored(from)) {
    job.outcome = { kind: 'ELSEWHERE' };
    return;
  }
  const to = wallets.recipient(request);
  if (!to) throw new NotFoundError('phoneHash' in request.to ? 'A wallet with this phone' : 'The receiving wallet');
  checkConversion(request);
  const plan = { id: key.resultId, from, to, amount, note, idempotencyKey: key.key, batchId: null };
  checkTransfer(plan, 'input');
  job.transfer = { progress: begin(transferPayment(plan, from, now), 'API', now), from, to, carry, balances: [] };
}

function confirm(
  job: Job,
  { viewer }: ConfirmRequest,
  payment: Payment | undefined,
  wallets: GroupWallets,
  now: Date,
): void {
  // somebody else's, and one that there is not: the usual way says so
  if (!payment || !mayAct(viewer, payment)) {
    job.outcome = { kind: 'ELSEWHERE' };
    return;
  }
  if (checkConfirmable(payment, now) === 'CONFIRMED') {
    job.outcome = { kind: 'DONE', payment, replayed: true };
    return;
  }
  const side = (walletId: string | null): GroupWallet => {
    const wallet = present(wallets.ofPartner(payment.partnerId, walletId), 'a wallet of the payment');
    checkWalletState(wallet, ['ACTIVE']);
    return wallet;
  };
  const [from, to] = [side(payment.sourceWalletId), side(payment.destinationWalletId)];
  const amount = { minor: payment.amountMinor, currency: payment.currency };
  checkTransfer({ id: payment.id, from, to, amount, note: payment.note, idempotencyKey: null, batchId: null }, 'input');
  job.transfer = { progress: resume(payment), from, to, carry: true, balances: [] };
}
