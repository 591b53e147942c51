import type { Outcome } from '../../connectors/outcome.ts';
import type { CodeChallenge } from '../../connectors/wallets.ts';
import type { Tx } from '../../db/client.ts';
import type { Customer } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLiving } from '../customer/living.ts';
import { openPerson } from '../customer/person.ts';
import { findCustomer } from '../customer/store.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { once } from '../idempotency/once.ts';
import { accountFor, capable, reachWallet, type WalletAtProvider } from './at-provider.ts';
import { type ChallengeView, challengeView, openChallenge, sealChallenge } from './challenge.ts';
import { checkPassword, replaceCredentials } from './credentials.ts';
import { walletOpened } from './events.ts';
import { forgetOpening, OPENING } from './forget-opening.ts';
import { checkPhone, sealPhone } from './phone.ts';
import { acceptedOfWallet } from './refusal.ts';
import { registerWallet } from './register-wallet.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';

export interface OpenProviderWalletInput {
  idempotencyKey: string;
  provider: string;
  providerAccountId?: string | undefined;
  customerId?: string | undefined;
  phone?: string | undefined;
  password?: string | undefined;
  currency: string;
  /** For a wallet without a customer; with one, the customer's level decides. */
  identification: IdentificationLevel;
}

type OpenDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;
type Opening = Omit<OpenProviderWalletInput, 'idempotencyKey'> & { phone: string };

export interface OpenedWallet {
  wallet: WalletWithAccounts;
  challenge: ChallengeView | null;
  replayed: boolean;
}

/**
 * Opens a wallet at a provider. Where the owner has to prove the phone it is PENDING_ACTIVATION until the code is given
 * (walletActivate); where the provider registers it for the partner it is ACTIVE at once. Three steps: the wallet is stored; the
 * provider is called; its answer is stored. A lost answer is made good by repeating the mutation with the same key: what the
 * provider has made already is asked for a new code, or is answered again.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError; ConflictError when the phone has a wallet there
 *   or is being used for one here; ProviderRejectedError; ProviderUnavailableError
 */
export async function openProviderWallet(
  deps: OpenDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OpenProviderWalletInput,
): Promise<OpenedWallet> {
  if (input.phone === undefined) throw InvalidInputError.at('input.phone', 'is needed to open a wallet at a provider.');
  const phone = checkPhone(input.phone, 'input.phone');
  const { wallet, replayed } = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPENING, key: idempotencyKey, input, resultId: newId('Wallet') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { wallet: present(await findWallet(tx, viewer, id), 'the wallet'), replayed };
    return { wallet: await intend(deps, tx, viewer, { ...input, phone }, id), replayed };
  });
  if (wallet.challengeSealed)
    return { wallet, challenge: openChallenge(deps.vault, wallet.id, wallet.challengeSealed), replayed };
  if (wallet.status !== 'PENDING_ACTIVATION') return { wallet, challenge: null, replayed };

  const claimed = { operation: OPENING, key: idempotencyKey };
  return {
    ...(await whileInUse(deps, viewer, claimed, () => open(deps, viewer, wallet, { ...input, phone }))),
    replayed,
  };
}

/** Steps 2 and 3: the provider is asked, and its answer is stored. */
async function open(
  deps: OpenDeps,
  viewer: TenantViewer,
  wallet: WalletWithAccounts,
  { phone, password }: Opening,
): Promise<Omit<OpenedWallet, 'replayed'>> {
  // another request may have just opened it
  const include = { accounts: true };
  const stored = await deps.db.prisma.wallet.findUniqueOrThrow({ where: { id: wallet.id }, include });
  const { challengeSealed } = stored;
  if (challengeSealed) return { wallet, challenge: openChallenge(deps.vault, wallet.id, challengeSealed) };
  if (stored.status !== 'PENDING_ACTIVATION') return { wallet: stored, challenge: null };
  const reached = present(await reachWallet(deps, deps.db.prisma, stored), 'the provider of a wallet');
  if (reached.connector.wallets?.register)
    return { wallet: await registerWallet(deps, viewer, reached, phone), challenge: null };
  const outcome = await askToOpen(reached, phone, checkPassword(password));
  const now = deps.clock.now();
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent') await forgetOpening(deps, wallet);
  const challenge = challengeView('ACTIVATION', acceptedOfWallet(outcome, wallet), now);
  const opened = await transaction(deps.db, async (tx) => {
    const locked = await lockWallet(tx, viewer, wallet.id);
    if (!locked) throw new NotFoundError('The wallet');
    if (locked.status !== 'PENDING_ACTIVATION') return locked;
    const challengeSealed = sealChallenge(deps.vault, wallet.id, challenge);
    const row = await tx.wallet.update({
      where: { id: wallet.id },
      data: { challengeSealed },
      include: { accounts: true },
    });
    if (!locked.challengeSealed) await appendEvents(tx, [walletOpened(row, now)], now);
    return row;
  });
  return { wallet: opened, challenge };
}

/** Step 1: the wallet as it is to be, with what will open it. */
async function intend(
  deps: OpenDeps,
  tx: Tx,
  viewer: TenantViewer,
  input: Opening,
  id: string,
): Promise<WalletWithAccounts> {
  const { partnerId } = viewer;
  const now = deps.clock.now();
  const route = await accountFor(deps, tx, partnerId, input, 'WALLETS');
  capable(route, 'WALLETS', (connector) => connector.wallets?.register ?? connector.wallets?.open);
  const registers = route.connector.wallets?.register !== undefined;
  const password = registers ? checkNoPassword(input.password) : checkPassword(input.password);
  const customerId = input.customerId ?? (viewer.kind === 'CUSTOMER' ? viewer.customerId : null);
  const customer = customerId === null ? null : await findCustomer(tx, viewer, customerId);
  if (customerId !== null && !customer) throw new NotFoundError('The customer');
  await checkLiving(tx, customerId);
  if (registers && viewer.kind === 'CUSTOMER') checkOwnPhone(deps, present(customer, 'the customer'), input.phone);
  const level = customer?.identificationLevel ?? input.identification;
  const sealed = sealPhone(deps.vault, id, input.phone);
  await checkFree(tx, partnerId, input.provider, sealed.phoneHash);
  await tx.wallet.create({
    data: {
      id,
      partnerId,
      customerId,
      provider: input.provider,
      providerAccountId: route.account.id,
      // one that is registered gets a number of its own
      number: registers ? null : input.phone,
      ...sealed,
      status: 'PENDING_ACTIVATION',
      ...(registers ? { identificationLevel: level } : {}),
      defaultCurrency: input.currency,
      createdAt: now,
    },
  });
  if (password !== null) await replaceCredentials(tx, deps.vault, id, { password }, { issuedAt: now });
  return tx.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
}

/**
 * Is the phone free for another wallet of this partner at this provider? It stays so until the transaction ends.
 * @throws ConflictError
 */
export async function checkFree(
  tx: Tx,
  partnerId: string,
  provider: string,
  phoneHash: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await lockName(tx, 'phone', partnerId, provider, Buffer.from(phoneHash).toString('hex'));
  const where = { partnerId, provider, phoneHash, status: { not: 'CLOSED' as const } };
  if ((await tx.wallet.count({ where })) > 0)
    throw new ConflictError('A wallet of this provider with this phone is known here already.');
}

/** Step 2. What was made by a call whose answer was lost waits for its code: another one is sent. */
async function askToOpen(
  { connector, wallet }: WalletAtProvider,
  phone: string,
  password: string,
): Promise<Outcome<CodeChallenge>> {
  const { wallets } = connector;
  if (!wallets?.open) throw new NotSupportedError(wallet.provider, 'WALLETS', 'The provider opens no wallets.');
  const outcome = await wallets.open({ wallet: null }, { phone, password });
  const waits = outcome.kind === 'rejected' && outcome.refusal.errorCode === 'WALLET_STATE';
  return waits && wallets.resendCode ? wallets.resendCode({ wallet: null }, { phone }) : outcome;
}

/** A password that nobody asks for is not kept. @throws InvalidInputError */
function checkNoPassword(password: string | undefined): null {
  if (password === undefined) return null;
  throw InvalidInputError.at(
    'input.password',
    'is not used by this provider, whose wallets the partner opens; leave it out.',
  );
}

/**
 * No code proves the phone of a wallet that is registered, and the provider answers a phone's wallet to whoever names it: a session
 * gets no other than that of the phone by which the partner knows its customer.
 * @throws InvalidInputError
 */
function checkOwnPhone({ vault }: OpenDeps, { id, personSealed }: Customer, phone: string): void {
  const known = personSealed ? openPerson(vault, id, personSealed).phone : undefined;
  if (known !== undefined && checkPhone(known, 'input.phone') === phone) return;
  throw InvalidInputError.at(
    'input.phone',
    'is not the one on record of this customer. The partner’s server can open a wallet for any phone.',
  );
}
