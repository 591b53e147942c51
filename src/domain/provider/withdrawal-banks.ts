import type { WithdrawalBank } from '../../connectors/payees.ts';
import type { Deps } from '../../deps.ts';
import { NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { readUpstream } from './errors.ts';
import { findRoute } from './route.ts';

/**
 * The banks that a provider pays out to, and what each wants to know, by name.
 * @param search a part of the name, the legal name or the BIC
 * @throws NotSupportedError when the provider names no banks; ProviderUnavailableError, ProviderRejectedError
 */
export async function withdrawalBanks(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors'>,
  { partnerId }: TenantViewer,
  provider: string,
  search?: string,
): Promise<WithdrawalBank[]> {
  const { connector } = await findRoute(deps, deps.db.prisma, partnerId, { capability: 'PAYOUTS', provider });
  const { payees } = connector.payouts ?? {};
  if (!payees?.banks) throw new NotSupportedError(provider, 'PAYOUTS', 'The provider names no banks.');
  const { banks } = payees;
  const wanted = search?.trim().toLowerCase() ?? '';
  const told = await readUpstream(() => banks({ wallet: null }));
  return told
    .filter(({ name, legalName, bic }) => [name, legalName, bic].some((text) => text?.toLowerCase().includes(wanted)))
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
}
