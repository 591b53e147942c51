import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, StateError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import { acceptedValue } from '../provider/errors.ts';
import { webhookUrl } from '../provider/public-url.ts';
import { capable, reachWallet, type WalletAtProvider, walletAtProvider } from './at-provider.ts';
import { addCredentials, type CredentialView } from './credentials.ts';
import { walletUpdated } from './events.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';
import { openWalletCredentials, type WalletCredentials } from './upstream-access.ts';

type IssueDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config'>;

export interface IssueCredentialInput {
  idempotencyKey: string;
  walletId: string;
  /** What the provider calls the keys. */
  name: string;
}

/**
 * Has the provider issue further keys for a wallet, which take the place of earlier ones of the same names. A lost answer is made
 * good by asking again: keys that nobody has are used by nobody.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError;
 *   StateError while invoices that were issued with the present keys wait to be paid: only those keys read them
 */
export async function issueCredential(
  deps: IssueDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: IssueCredentialInput,
): Promise<{ wallet: WalletWithAccounts; credential: CredentialView; replayed: boolean }> {
  const operation = 'walletIssueCredential';
  const { prisma } = deps.db;
  const reached = await walletAtProvider(deps, viewer, input.walletId, 'CREDENTIALS');
  const repeated = await isClaimed(prisma, viewer, operation, idempotencyKey);
  if (!repeated) {
    const names = reached.connector.credentials?.issues ?? [];
    capable(reached, 'CREDENTIALS', ({ credentials }) => credentials?.issue);
    if (!names.includes(input.name))
      throw InvalidInputError.at('input.name', `the provider issues keys called ${names.join(', ')}.`);
    checkWalletState(reached.wallet, ['ACTIVE']);
    await checkNoneWaits(deps, reached);
  }
  const issued = repeated ? {} : await ask(deps, reached, input.name);
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const claim = { operation, key: idempotencyKey, input, resultId: input.walletId };
    const { replayed } = await once(tx, deps, viewer, claim);
    const wallet = await lockWallet(tx, viewer, input.walletId);
    if (!wallet) throw new NotFoundError('The wallet');
    if (!replayed) await keep(deps, tx, wallet, issued, now);
    const row = present(await findWallet(tx, viewer, wallet.id), 'the wallet');
    const kept = await tx.walletCredential.findMany({ where: { walletId: wallet.id }, orderBy: { issuedAt: 'desc' } });
    const own = kept.find(({ name }) => name.startsWith(input.name));
    const dates = { issuedAt: own?.issuedAt ?? now, expiresAt: null, lastUsedAt: own?.lastUsedAt ?? null };
    return { wallet: row, credential: { name: input.name, state: 'VALID', ...dates }, replayed };
  });
}

/** New keys would leave invoices that wait to be paid unreadable. */
async function checkNoneWaits({ db, clock }: IssueDeps, { wallet, connector }: WalletAtProvider): Promise<void> {
  const needed = connector.invoices?.credential;
  if (needed === undefined) return;
  const open = { recipientWalletId: wallet.id, state: 'CREATED' as const, reference: { not: null } };
  const waiting = await db.prisma.invoice.count({ where: { ...open, dueAt: { gt: clock.now() } } });
  if (waiting === 0) return;
  throw new StateError(
    'WALLET_STATE',
    'INVOICES_WAIT',
    [],
    'Invoices that were issued with the present keys wait to be paid, and only those keys read them: cancel them, or wait.',
  );
}

/** @returns values by credential name */
async function ask(deps: IssueDeps, reached: WalletAtProvider, name: string): Promise<WalletCredentials> {
  const { wallet, account, call } = reached;
  const issue = capable(reached, 'CREDENTIALS', ({ credentials }) => credentials?.issue);
  // news of what the keys are for says which wallet it is about by the end of the address
  const notificationsUrl = `${webhookUrl(deps, account)}/${wallet.id}`;
  return { ...acceptedValue(await issue(call, { name, notificationsUrl }), account.provider) };
}

async function keep(
  { vault }: IssueDeps,
  tx: Parameters<typeof addCredentials>[0],
  wallet: WalletWithAccounts,
  issued: WalletCredentials,
  now: Date,
): Promise<void> {
  await addCredentials(tx, vault, wallet, issued, now);
  await appendEvents(tx, [walletUpdated(wallet, now)], now);
}

/**
 * The way to a wallet that has a key of this name: the provider issues it where the wallet has none yet.
 * @throws NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function withCredential<At extends WalletAtProvider>(
  deps: IssueDeps,
  reached: At,
  name: string | undefined,
): Promise<At> {
  const { wallet, connector } = reached;
  if (name === undefined || reached.call.wallet === null || reached.call.wallet.credentials[name] !== undefined)
    return reached;
  const [pair] = connector.credentials?.issues ?? [];
  if (pair === undefined) return reached;
  const issued = await ask(deps, reached, pair);
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${wallet.id} FOR UPDATE`;
    const locked = await tx.wallet.findUniqueOrThrow({ where: { id: wallet.id }, include: { accounts: true } });
    // somebody else may have been first; unlinked meanwhile it keeps nothing
    if (locked.status === 'CLOSED' || openWalletCredentials(deps.vault, locked)[name] !== undefined) return;
    await keep(deps, tx, locked, issued, now);
  });
  const row = await deps.db.prisma.wallet.findUniqueOrThrow({ where: { id: wallet.id }, include: { accounts: true } });
  const again = present(await reachWallet(deps, deps.db.prisma, row), 'the provider of a wallet');
  return { ...reached, wallet: row, call: again.call };
}
