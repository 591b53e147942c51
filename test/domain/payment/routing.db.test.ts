import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import { createConnectors } from '../../../src/connectors/registry.ts';
import type { Payment } from '../../../src/db/generated/client.ts';
import { createPartner } from '../../../src/domain/access/create-partner.ts';
import type { PartnerViewer } from '../../../src/domain/access/viewer.ts';
import { confirmPayment } from '../../../src/domain/payment/confirm-payment.ts';
import { createPayout } from '../../../src/domain/payment/create-payout.ts';
import { resolveUpstream } from '../../../src/domain/payment/execute-upstream.ts';
import { createTransferLane } from '../../../src/domain/payment/group/lane.ts';
import { sealCredentials } from '../../../src/domain/provider/settings.ts';
import { openWallet } from '../../../src/domain/wallet/open-wallet.ts';
import { DomainError, PriceChangedError } from '../../../src/errors.ts';
import { walletBalances } from '../../../src/ledger/balance.ts';
import { topUpSettled } from '../../../src/ledger/entries.ts';
import { postEntries } from '../../../src/ledger/post.ts';
import { createVault } from '../../../src/lib/crypto.ts';
import { newId } from '../../../src/lib/ids.ts';
import { unique } from '../../support/builders.ts';
import { testDatabase } from '../../support/db.ts';
import { type Answer, type Deeds, type Script, scriptedProvider } from '../../support/scripted-provider.ts';
import { breaksInTheBooks } from '../../support/snapshot.ts';

const db = await testDatabase();
const { prisma } = db;
const key = { id: 1, bytes: randomBytes(32) };
const vault = createVault({ current: key, others: [] }, randomBytes(32));
let now = new Date('2026-11-22T10:00:00Z');
const clock = { now: () => now };
const log = pino({ level: 'silent' });
const deeds: Deeds = { paid: new Map(), taken: new Map() };
const names = ['ONE', 'TWO', 'THREE'] as const;
const providers = names.map((code) => scriptedProvider(code, deeds));
const connectors = createConnectors({ clock, log, metrics: new Registry(), providers });
afterAll(() => connectors.close());
const transfers = createTransferLane({ db, clock, log });
const deps = { db, transfers, vault, connectors, clock, log };

const AMOUNT = 10_000n;
const HAS = 12_000n;

const answers = fc.oneof(
  { arbitrary: fc.constant<Answer>('TAKEN'), weight: 3 },
  fc.constantFrom<Answer>('PROVIDER_REFUSES', 'PAYMENT_REFUSED', 'NOT_SENT', 'LOST_AND_DONE', 'LOST_AND_NOT_DONE'),
);
const script: fc.Arbitrary<Script> = fc.record({
  capable: fc.constantFrom(true, true, true, false),
  reaches: fc.constantFrom(true, true, true, false),
  fee: fc.constantFrom(0, 100, 500, 3_000),
  cap: fc.constantFrom(null, null, 5_000, 10_000),
  price: fc.constantFrom('TOLD', 'TOLD', 'TOLD', 'UNREACHABLE', 'REFUSED'),
  create: fc.option(answers, { nil: null }),
  pay: answers,
  ends: fc.constantFrom('COMPLETED', 'COMPLETED', 'DECLINED_BY_PROVIDER', 'DECLINED_FOR_PAYEE'),
});

interface Run {
  scripts: Script[];
  /** Agreed to beforehand. */
  maxFee: number | null;
  atOnce: boolean;
}
const run: fc.Arbitrary<Run> = fc.record({
  scripts: fc.array(script, { minLength: 1, maxLength: 3 }),
  maxFee: fc.constantFrom(null, 500, 5_000),
  atOnce: fc.boolean(),
});

/** Met in every test, whatever chance brings. */
const works: Script = {
  capable: true,
  reaches: true,
  fee: 0,
  cap: null,
  price: 'TOLD',
  create: null,
  pay: 'TAKEN',
  ends: 'COMPLETED',
};
const refuses: Script = { ...works, pay: 'PROVIDER_REFUSES' };
const of = (...scripts: Script[]): [Run] => [{ scripts, maxFee: null, atOnce: false }];
const examples = [
  of(works),
  // of the same price and health they are taken in the order of their names: ONE, THREE, TWO
  of(refuses, works, { ...works, ends: 'DECLINED_BY_PROVIDER' }),
  of(refuses, { ...works, create: 'TAKEN' }),
  of({ ...works, cap: 9_999 }),
  of({ ...works, create: 'LOST_AND_DONE' }, refuses),
  of({ ...works, pay: 'LOST_AND_NOT_DONE', create: 'TAKEN' }, works),
  of({ ...works, pay: 'LOST_AND_DONE' }, works, works),
  of(refuses, { ...works, fee: 100 }),
];

/** A partner with an account at each provider of the run, and a LOCAL wallet that pays. */
async function scene({ scripts }: Run) {
  const { id: partnerId } = await createPartner({ db }, { name: unique('Partner') });
  const viewer: PartnerViewer = { kind: 'PARTNER', partnerId, apiKeyId: 'key', scopes: new Set() };
  const open = { idempotencyKey: unique('wallet'), currency: 'RUB', identification: 'FULL' as const };
  const walletId = (await openWallet(deps, viewer, open)).wallet.id;
  const about = { partnerId, currency: 'RUB', reference: newId('Payment'), occurredAt: now };
  await postEntries(prisma, [topUpSettled({ ...about, amount: HAS, walletId })]);
  const accounts = new Map<string, Script>();
  for (const [index, one] of scripts.entries()) {
    const id = newId('ProviderAccount');
    const provider = names[index] ?? 'ONE';
    const row = { id, partnerId, provider, name: provider, baseUrl: `http://${id}.invalid`, isDefault: true };
    const credentialsSealed = sealCredentials(vault, id, { script: JSON.stringify(one) });
    await prisma.providerAccount.create({ data: { ...row, credentialsSealed } });
    accounts.set(id, one);
  }
  return { viewer, walletId, accounts };
}

interface Outcome {
  id: string;
  /** What the client has seen or agreed to beforehand when it confirmed; null: it took any price. */
  agreedFee: bigint | null;
}

/** Creates and confirms the payout as a client would, who agrees to what is told; then asks until it is known or stays unclear. */
async function carryOut({ atOnce, maxFee }: Run, viewer: PartnerViewer, fromWalletId: string): Promise<Outcome | null> {
  const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
  const agreed = maxFee === null ? {} : { maxFee: rub(BigInt(maxFee)) };
  const input = { idempotencyKey: unique('payout'), fromWalletId, amount: rub(AMOUNT), ...agreed };
  try {
    await createPayout(deps, viewer, { ...input, destination: { phone: '+79031234567' }, confirm: atOnce });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
  const payment = await prisma.payment.findFirst({ where: { sourceWalletId: fromWalletId } });
  if (!payment) return null;
  let agreedFee = atOnce ? null : BigInt(maxFee ?? 0);
  for (let round = 0; round < 3; round += 1) {
    try {
      const { feeMinor: told, status } = await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } });
      if (status === 'CREATED') agreedFee = told > BigInt(maxFee ?? 0) ? told : BigInt(maxFee ?? 0);
      await confirmPayment(deps, viewer, { paymentId: payment.id, ...agreed });
      break;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (!(error instanceof PriceChangedError)) break;
    }
  }
  for (let round = 1; round < 8; round += 1) {
    now = new Date(now.getTime() + 31_000);
    if (!(await resolveUpstream(deps, payment.id, round)).lookAgainAt) break;
  }
  return { id: payment.id, agreedFee };
}

const paidBy = (accountId: string): number => deeds.paid.get(`http://${accountId}.invalid`)?.size ?? 0;

/** What a payment says it has done is what the providers and the books have done. */
async function isTold(payment: Payment, accounts: Map<string, Script>): Promise<void> {
  const paid = [...accounts.keys()].filter((id) => paidBy(id) > 0);
  expect(paid.length).toBeLessThanOrEqual(1);
  for (const id of paid) expect(paidBy(id)).toBe(1);
  const [balance] =
    (await walletBalances(prisma, [payment.sourceWalletId ?? ''])).get(payment.sourceWalletId ?? '') ?? [];
  const spent = AMOUNT + payment.feeMinor;
  switch (payment.status) {
    case 'COMPLETED':
      expect(paid).toEqual([payment.providerAccountId]);
      expect(balance).toMatchObject({ posted: HAS - spent, available: HAS - spent });
      break;
    case 'PROCESSING':
      expect(balance).toMatchObject({ posted: HAS, available: HAS - spent });
      break;
    default:
      expect(paid).toEqual([]);
      expect(balance).toMatchObject({ posted: HAS, available: HAS });
  }
}

test('Only ways that can carry a payment are taken, one after another and never past an unclear answer; one at most has paid.', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(run, async (planned) => {
      const { viewer, walletId, accounts } = await scene(planned);
      const outcome = await carryOut(planned, viewer, walletId);
      if (outcome === null) {
        expect([...accounts.keys()].filter((account) => paidBy(account) > 0)).toEqual([]);
        seen.add('nothing created');
        return;
      }
      const { id, agreedFee } = outcome;
      const payment = await prisma.payment.findUniqueOrThrow({ where: { id } });
      if (agreedFee !== null && payment.confirmedAt) expect(payment.feeMinor).toBeLessThanOrEqual(agreedFee);
      const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id }, orderBy: { number: 'asc' } });
      for (const [index, attempt] of attempts.entries()) {
        const taken = accounts.get(attempt.providerAccountId);
        expect(taken).toMatchObject({ capable: true, reaches: true });
        expect(taken?.cap ?? Number(AMOUNT)).toBeGreaterThanOrEqual(Number(AMOUNT));
        // each is given up for a reason before the next begins
        if (index === attempts.length - 1) continue;
        expect(attempt.outcome).toBe('REJECTED');
        // a call that pays and is not answered is asked about, and nothing else
        if (attempt.calledAt !== null) expect(taken?.pay).not.toMatch(/^LOST/);
      }
      expect(new Set(attempts.map((attempt) => attempt.providerAccountId)).size).toBe(attempts.length);
      expect(attempts.filter(({ outcome }) => outcome === 'ACCEPTED').length).toBeLessThanOrEqual(1);
      await isTold(payment, accounts);
      seen.add(`${payment.status} after ${attempts.length}`);
    }),
    { numRuns: 80, examples },
  );
  expect(await breaksInTheBooks(db)).toEqual([]);
  // the runs have met what they are about
  expect(seen).toContain('nothing created');
  expect([...seen]).toEqual(expect.arrayContaining([1, 2, 3].map((count) => `COMPLETED after ${count}`)));
}, 300_000);
