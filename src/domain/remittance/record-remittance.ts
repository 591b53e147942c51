import type { Remittance } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { InvalidInputError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { once } from '../idempotency/once.ts';
import { capable, walletAtProvider } from '../wallet/at-provider.ts';
import { checkPhone } from '../wallet/phone.ts';
import { acceptedOfWallet } from '../wallet/refusal.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { openParties, type PartyData, type RemittanceDeps, samePhone, sealParties } from './store.ts';

/** One side of a remittance, as it is announced. */
export interface AnnouncedParty {
  reference: string;
  phone: string;
}

export interface RecordRemittanceInput {
  idempotencyKey: string;
  walletId: string;
  number: string;
  sender: AnnouncedParty;
  recipient: AnnouncedParty;
}

const OPERATION = 'remittanceRecord';

/**
 * Announces to a wallet's provider a transfer that the owner has made through the money-transfer network. No money moves. The
 * number is the transfer's own: announcing it again changes nothing, so an unclear answer is made good by repeating the call.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function recordRemittance(
  deps: RemittanceDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: RecordRemittanceInput,
): Promise<{ remittance: Remittance; replayed: boolean }> {
  const { number, sender, recipient } = input;
  if (!/^[0-9A-Za-z-]{1,64}$/.test(number))
    throw InvalidInputError.at('input.number', 'must be the number that the network gave the transfer.');
  checkPhone(sender.phone, 'input.sender.phone');
  checkPhone(recipient.phone, 'input.recipient.phone');
  const reached = await walletAtProvider(deps, viewer, input.walletId, 'REMITTANCES');
  const { wallet, account, call } = reached;
  const remittances = capable(reached, 'REMITTANCES', (connector) => connector.remittances);
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const where = { walletId_number: { walletId: wallet.id, number } };
    const before = await tx.remittance.findUnique({ where });
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: before?.id ?? newId('Remittance') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed)
      return { remittance: await tx.remittance.findUniqueOrThrow({ where: { id } }), replayed, made: false };
    checkWalletState(wallet, ['ACTIVE']);
    if (before) {
      if (before.recordedAt) checkSameParties(deps, before, input);
      return { remittance: before, replayed, made: false };
    }
    const owner = { partnerId: wallet.partnerId, walletId: wallet.id, customerId: wallet.customerId };
    const direction =
      samePhone(recipient.phone, wallet.number) && !samePhone(sender.phone, wallet.number) ? 'IN' : 'OUT';
    const remittance = await tx.remittance.create({
      data: {
        id,
        ...owner,
        provider: wallet.provider,
        providerAccountId: account.id,
        number,
        direction,
        partiesSealed: sealParties(deps.vault, id, { sender, recipient }),
        // who announces it knows of it
        seen: true,
        occurredAt: now,
      },
    });
    return { remittance, replayed, made: true };
  });
  const { remittance, replayed, made } = stored;
  if (remittance.recordedAt) return { remittance, replayed };

  const announced = await whileInUse(deps, viewer, { operation: OPERATION, key: idempotencyKey }, async () => {
    const outcome = await remittances.record(call, { number, sender, recipient });
    if (outcome.kind === 'rejected' || outcome.kind === 'notSent') await forget(deps, remittance, made);
    acceptedOfWallet(outcome, wallet);
    const told = openParties(deps.vault, remittance);
    const parties = { sender: merged(told.sender, sender), recipient: merged(told.recipient, recipient) };
    const data = { recordedAt: now, partiesSealed: sealParties(deps.vault, remittance.id, parties) };
    return deps.db.prisma.remittance.update({ where: { id: remittance.id }, data });
  });
  return { remittance: announced, replayed };
}

/** What was announced, with what the network knows beside it. */
const merged = (told: PartyData, { reference, phone }: AnnouncedParty): PartyData => ({ ...told, reference, phone });

function checkSameParties(
  { vault }: RemittanceDeps,
  before: Remittance,
  input: Pick<RecordRemittanceInput, 'sender' | 'recipient'>,
): void {
  const known = openParties(vault, before);
  for (const side of ['sender', 'recipient'] as const) {
    if (known[side].reference === input[side].reference && samePhone(known[side].phone, input[side].phone)) continue;
    throw InvalidInputError.at('input.number', 'was announced before with other parties.');
  }
}

/** Nothing was announced: what this call wrote goes, and its key is free for other input. */
async function forget({ db }: RemittanceDeps, { id, partnerId }: Remittance, made: boolean): Promise<void> {
  await transaction(db, async (tx) => {
    if (made) await tx.remittance.deleteMany({ where: { id, recordedAt: null, amountMinor: null } });
    await tx.idempotencyKey.deleteMany({ where: { partnerId, operation: OPERATION, resultId: id } });
  });
}
