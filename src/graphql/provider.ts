import type { Deps } from '../deps.ts';
import { providerCodes, providerName } from '../domain/provider/describe-provider.ts';
import { InvariantError } from '../lib/assert.ts';
import { idPrefixes } from '../lib/ids.ts';
import { builder } from './builder.ts';
import { ProviderCodeEnum } from './enums.ts';

export type ProviderCode = (typeof ProviderCodeEnum)['$inferType'];

/** A provider as the API shows it; the rest is asked of the process. */
export interface ProviderView {
  code: ProviderCode;
}

const isCode = (code: string): code is ProviderCode => Object.hasOwn(codes, code);
const codes: Record<ProviderCode, ProviderView> = {
  LOCAL: { code: 'LOCAL' },
  QIWI: { code: 'QIWI' },
  MBANK: { code: 'MBANK' },
  VSEPLATEZHI: { code: 'VSEPLATEZHI' },
  DIWA: { code: 'DIWA' },
  MONEYWALL: { code: 'MONEYWALL' },
};

/** @throws InvariantError for a code that no provider has: it was stored by mistake */
export function providerByCode(code: string): ProviderView {
  if (!isCode(code)) throw new InvariantError(`there is no provider ${code}`);
  return codes[code];
}

/** Every provider that this process can reach. */
const reachable = (deps: Pick<Deps, 'connectors'>): ProviderView[] => providerCodes(deps).map(providerByCode);

/** The provider with this global id, or null. */
export const providerById = (deps: Pick<Deps, 'connectors'>, id: string): ProviderView | null =>
  reachable(deps).find((provider) => providerId(provider) === id) ?? null;

const providerId = ({ code }: ProviderView) => `${idPrefixes.Provider}_${code.toLowerCase()}`;

export const ProviderRef = builder.objectRef<ProviderView>('Provider');
ProviderRef.implement({
  description: 'The ledger here, or a company upstream.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: providerId }),
    code: t.expose('code', { type: ProviderCodeEnum, description: 'Its code.' }),
    name: t.string({
      description: 'Its name, for people.',
      resolve: ({ code }, _args, { deps }) => providerName(deps, code),
    }),
  }),
});

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderRef],
    description: 'Every provider that this gateway works with.',
    authScopes: { signedIn: true },
    resolve: (_root, _args, { deps }) => reachable(deps),
  }),
  provider: t.field({
    type: ProviderRef,
    nullable: true,
    description: 'One provider by its code.',
    authScopes: { signedIn: true },
    args: { code: t.arg({ type: ProviderCodeEnum, required: true, description: 'Its code.' }) },
    resolve: (_root, { code }, { deps }) => reachable(deps).find((provider) => provider.code === code) ?? null,
  }),
}));
