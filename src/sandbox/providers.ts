import { diwa } from './diwa/index.ts';
import { mbank } from './mbank/index.ts';
import { moneywall } from './moneywall/index.ts';
import type { ProviderFactory } from './provider.ts';
import { qiwi } from './qiwi/index.ts';
import { vseplatezhi } from './vseplatezhi/index.ts';

/** Every emulator, by its URL prefix. */
export const providers = { mbank, qiwi, vseplatezhi, diwa, moneywall } satisfies Record<string, ProviderFactory>;

export type ProviderCode = keyof typeof providers;
