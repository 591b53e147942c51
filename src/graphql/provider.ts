import { InvariantError } from '../lib/assert.ts';
import { idPrefixes } from '../lib/ids.ts';
import { builder } from './builder.ts';
import { ProviderCodeEnum } from './enums.ts';

type ProviderCode = (typeof ProviderCodeEnum)['$inferType'];

/** A provider as the API shows it. */
export interface ProviderView {
  code: ProviderCode;
  name: string;
}

const providers: ProviderView[] = [{ code: 'LOCAL', name: 'Koshel ledger' }];

/** @throws InvariantError for a code that no provider has: it was stored by mistake */
export function providerByCode(code: string): ProviderView {
  const provider = providers.find((p) => p.code === code);
  if (!provider) throw new InvariantError(`there is no provider ${code}`);
  return provider;
}

/** The provider with this global id, or null. */
export const providerById = (id: string): ProviderView | null => providers.find((p) => providerId(p) === id) ?? null;

const providerId = ({ code }: ProviderView) => `${idPrefixes.Provider}_${code.toLowerCase()}`;

export const ProviderRef = builder.objectRef<ProviderView>('Provider');
ProviderRef.implement({
  description: 'The ledger here, or a company upstream.',
  interfaces: [builder.nodeInterfaceRef()],
  isTypeOf: (value) =>
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'name' in value &&
    providers.includes(value as ProviderView),
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: providerId }),
    code: t.expose('code', { type: ProviderCodeEnum, description: 'Its code.' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
  }),
});

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderRef],
    description: 'Every provider that this gateway works with.',
    authScopes: { signedIn: true },
    resolve: () => providers,
  }),
  provider: t.field({
    type: ProviderRef,
    nullable: true,
    description: 'One provider by its code.',
    authScopes: { signedIn: true },
    args: { code: t.arg({ type: ProviderCodeEnum, required: true, description: 'Its code.' }) },
    resolve: (_root, { code }) => providers.find((provider) => provider.code === code) ?? null,
  }),
}));
