import { mbank } from './mbank/index.ts';
import type { ProviderFactory } from './provider.ts';

/** Every emulator, by its URL prefix. */
export const providers = { mbank } satisfies Record<string, ProviderFactory>;

export type ProviderCode = keyof typeof providers;
