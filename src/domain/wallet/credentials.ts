import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount, Wallet, WalletCredential } from '../../db/generated/client.ts';
import type { CredentialState } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { type InputIssue, InvalidInputError } from '../../errors.ts';
import type { Vault } from '../../lib/crypto.ts';
import { connectorOf } from '../provider/store.ts';
import { reachWallet } from './at-provider.ts';
import type { WalletWithAccounts } from './store.ts';
import { openWalletCredentials, sealWalletCredentials, type WalletCredentials } from './upstream-access.ts';

const MAX_VALUE = 10_000;
const MAX_COUNT = 10;

/**
 * Credentials of a wallet as given, by name.
 * @throws InvalidInputError for none or too many, a name that is none or comes twice, a value that nobody would have issued
 */
export function checkWalletCredentials(list: readonly { name: string; value: string }[]): WalletCredentials {
  if (list.length === 0 || list.length > MAX_COUNT)
    throw InvalidInputError.at('input.credentials', `must be 1 to ${MAX_COUNT}.`);
  const issues: InputIssue[] = [];
  const names = new Set<string>();
  for (const [index, { name, value }] of list.entries()) {
    const path = ['input', 'credentials', String(index)];
    if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name))
      issues.push({ path: [...path, 'name'], message: 'must be a name such as password.' });
    else if (names.has(name)) issues.push({ path: [...path, 'name'], message: 'is given twice.' });
    if (value === '' || value.length > MAX_VALUE)
      issues.push({ path: [...path, 'value'], message: `must have 1 to ${MAX_VALUE} characters.` });
    names.add(name);
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** A password as a provider may be sent it; its own rules are its own. */
export function checkPassword(password: string | undefined): string {
  if (password !== undefined && password !== '' && password.length <= 255) return password;
  throw InvalidInputError.at('input.password', 'must have 1 to 255 characters.');
}

/** When a credential was issued and how long it lives; a password lives until it is changed. */
export interface CredentialDates {
  issuedAt: Date;
  expiresAt?: Date | null;
  /** By name, for those that the provider lets live for a fixed time from their issue. */
  lifetimesMs?: Readonly<Record<string, number>> | undefined;
  /** Keys that the provider has issued beside what opens the wallet: they stay as they are. */
  keep?: WalletCredentials;
}

/** Puts these in the place of whatever credentials the wallet had: values sealed, names and dates beside them. */
export async function replaceCredentials(
  tx: Tx,
  vault: Vault,
  walletId: string,
  credentials: WalletCredentials,
  { issuedAt, expiresAt = null, lifetimesMs, keep = {} }: CredentialDates,
): Promise<void> {
  const stay = Object.keys(keep).filter((name) => !(name in credentials));
  await tx.walletCredential.deleteMany({ where: { walletId, name: { notIn: stay } } });
  const endOf = (name: string) => {
    const lifetime = lifetimesMs?.[name];
    return lifetime === undefined ? expiresAt : new Date(issuedAt.getTime() + lifetime);
  };
  const rows = Object.keys(credentials).map((name) => ({ walletId, name, issuedAt, expiresAt: endOf(name) }));
  await tx.walletCredential.createMany({ data: rows });
  const credentialsSealed = sealWalletCredentials(vault, walletId, { ...keep, ...credentials });
  await tx.wallet.update({ where: { id: walletId }, data: { credentialsSealed } });
}

/** Those of a wallet's credentials that its provider has issued for it, beside what opens it. */
export function issuedKeys(
  { invoices, paymentLinks }: Pick<Connector, 'invoices' | 'paymentLinks'>,
  credentials: WalletCredentials,
): WalletCredentials {
  const names = issuedNames({ invoices, paymentLinks });
  return Object.fromEntries(Object.entries(credentials).filter(([name]) => names.includes(name)));
}

/** Names of keys that a provider issues beside what opens a wallet. */
export const issuedNames = ({ invoices, paymentLinks }: Pick<Connector, 'invoices' | 'paymentLinks'>): string[] =>
  [invoices?.credential, paymentLinks?.invoiceKey].filter((name) => name !== undefined);

/**
 * Adds further credentials to those that the wallet has, in the place of any of the same name. The wallet's row is locked.
 */
export async function addCredentials(
  tx: Tx,
  vault: Vault,
  wallet: Wallet,
  credentials: WalletCredentials,
  issuedAt: Date,
): Promise<void> {
  const { id: walletId } = wallet;
  const names = Object.keys(credentials);
  await tx.walletCredential.deleteMany({ where: { walletId, name: { in: names } } });
  await tx.walletCredential.createMany({ data: names.map((name) => ({ walletId, name, issuedAt })) });
  const all = { ...openWalletCredentials(vault, wallet), ...credentials };
  await tx.wallet.update({
    where: { id: walletId },
    data: { credentialsSealed: sealWalletCredentials(vault, walletId, all) },
  });
}

/** Forgets all that opens the wallet. */
export async function eraseCredentials(tx: Tx, walletId: string): Promise<void> {
  await tx.walletCredential.deleteMany({ where: { walletId } });
  await tx.wallet.update({ where: { id: walletId }, data: { credentialsSealed: null } });
}

/**
 * How the provider took the wallet's credentials: one statement, and none of a row that says so already.
 * @param others names of those that it was not shown
 */
export async function noteCredentials(
  tx: Tx,
  walletId: string,
  state: CredentialState,
  now: Date,
  others: string[] = [],
): Promise<boolean> {
  const where = { walletId, state: { not: state }, name: { notIn: others } };
  const { count } = await tx.walletCredential.updateMany({ where, data: { state, lastUsedAt: now } });
  return count > 0;
}

/** A credential as it is shown: never its value. */
export interface CredentialView {
  name: string;
  state: CredentialState;
  issuedAt: Date | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** What is kept of a wallet's credentials, and the tokens that were bought with them and are in use in this process. */
export async function walletCredentials(
  deps: Pick<Deps, 'db' | 'connectors' | 'vault' | 'clock'>,
  wallet: WalletWithAccounts,
): Promise<CredentialView[]> {
  const { prisma } = deps.db;
  const kept = await prisma.walletCredential.findMany({ where: { walletId: wallet.id }, orderBy: { name: 'asc' } });
  const now = deps.clock.now();
  const reached = await reachWallet(deps, prisma, wallet);
  return [
    ...kept.map((credential) => shown(credential, now)),
    ...(reached && wallet.number !== null ? heldTokens(reached.connector, wallet.number, now) : []),
  ];
}

/** Tokens that a provider account has bought for its application and uses in this process. */
export const applicationTokens = (
  deps: Pick<Deps, 'connectors' | 'vault' | 'clock'>,
  account: ProviderAccount,
): CredentialView[] => heldTokens(connectorOf(deps, account), null, deps.clock.now());

/** Tokens in use, of one wallet or (null) of the application. */
const heldTokens = ({ credentials }: Connector, number: string | null, now: Date): CredentialView[] =>
  (credentials?.held?.() ?? [])
    .filter(({ walletNumber }) => walletNumber === number)
    .map(({ name, issuedAt, expiresAt, lastUsedAt }) => ({
      name,
      state: expiresAt <= now ? ('EXPIRED' as const) : ('VALID' as const),
      issuedAt,
      expiresAt,
      lastUsedAt,
    }));

const shown = ({ name, state, issuedAt, expiresAt, lastUsedAt }: WalletCredential, now: Date): CredentialView => ({
  name,
  state: expiresAt !== null && expiresAt <= now && state === 'VALID' ? 'EXPIRED' : state,
  issuedAt,
  expiresAt,
  lastUsedAt,
});
