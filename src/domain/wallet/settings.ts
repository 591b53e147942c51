import type { Passage } from '../../connectors/multipart.ts';
import type { NotificationPeriod } from '../../db/generated/enums.ts';
import { InvalidInputError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { AskDeps } from './ask-provider.ts';
import { capable, walletAtProvider } from './at-provider.ts';
import { acceptedOfWallet } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import type { WalletWithAccounts } from './store.ts';

/** A picture of the owner: the provider takes no larger one. */
export const MAX_PICTURE_BYTES = 10 * 1024 * 1024;

export interface SetSettingsInput {
  walletId: string;
  email?: string | undefined;
  /** Null: no statements by mail. Left out: unchanged. */
  statementPeriod?: NotificationPeriod | null | undefined;
}

/**
 * Changes the owner's settings at the provider. It may be repeated.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function setSettings(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, email, statementPeriod }: SetSettingsInput,
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'PROFILES');
  const profiles = capable(reached, 'PROFILES', (connector) => connector.profiles);
  const set = capable(reached, 'PROFILES', (connector) => connector.profiles?.setSettings);
  checkWalletState(reached.wallet, ['ACTIVE']);
  if (email === undefined && statementPeriod === undefined)
    throw InvalidInputError.at('input', 'give email or statementPeriod.');
  if (statementPeriod && !profiles.statementPeriods.includes(statementPeriod)) {
    const periods = profiles.statementPeriods.join(', ');
    throw InvalidInputError.at('input.statementPeriod', `the provider sends statements ${periods}, or none (null).`);
  }
  const changes = {
    ...(email === undefined ? {} : { email }),
    ...(statementPeriod === undefined ? {} : { statementPeriod }),
  };
  acceptedOfWallet(await set(reached.call, changes), reached.wallet);
  return reached.wallet;
}

const signatures = [
  { contentType: 'image/jpeg', extension: 'jpg', start: [0xff, 0xd8, 0xff] },
  { contentType: 'image/png', extension: 'png', start: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
];

/** As many bytes as the longest of them has. */
const HEAD_BYTES = 8;

/**
 * Puts up the owner’s picture at the provider: JPEG or PNG, told by its content, whatever it is called, and
 * passed through without being held in memory.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function setPicture(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, content }: { walletId: string; content: Passage },
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'PROFILES');
  const set = capable(reached, 'PROFILES', (connector) => connector.profiles?.setPicture);
  checkWalletState(reached.wallet, ['ACTIVE']);
  if (content.size > MAX_PICTURE_BYTES) throw InvalidInputError.at('input.file', 'must have at most 10 MB.');
  const head = await headOf(content, HEAD_BYTES);
  const kind = signatures.find(({ start }) => start.every((byte, index) => head[index] === byte));
  if (!kind) throw InvalidInputError.at('input.file', 'must be a JPEG or PNG picture.');
  const file = { name: `picture.${kind.extension}`, contentType: kind.contentType, content };
  acceptedOfWallet(await set(reached.call, file), reached.wallet);
  return reached.wallet;
}

async function headOf(file: Passage, bytes: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of file.stream()) {
    head = Buffer.concat([head, chunk.subarray(0, bytes)]);
    if (head.length >= bytes) break;
  }
  return head;
}

/**
 * Takes the owner's picture down. It may be repeated.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function removePicture(
  deps: AskDeps,
  viewer: TenantViewer,
  walletId: string,
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'PROFILES');
  const remove = capable(reached, 'PROFILES', (connector) => connector.profiles?.removePicture);
  checkWalletState(reached.wallet, ['ACTIVE']);
  acceptedOfWallet(await remove(reached.call), reached.wallet);
  return reached.wallet;
}
