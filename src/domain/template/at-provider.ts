import type { ProviderTemplate, Templates } from '../../connectors/catalogue.ts';
import type { Call } from '../../connectors/connector.ts';
import type { PaymentTemplate, ProviderAccount } from '../../db/generated/client.ts';
import { present } from '../../lib/assert.ts';
import { originOf } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import type { CatalogueKey } from '../service/catalogue.ts';
import { capable, reachWallet } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { STRANGER, type TemplateDeps } from './store.ts';

/** Where a wallet's provider keeps its templates. */
export interface TemplatesAtProvider {
  account: ProviderAccount;
  templates: Templates;
  call: Call;
  /** The catalogue of their services. */
  catalogue: CatalogueKey;
}

/**
 * The way to the templates of a wallet; null for a LOCAL one, whose templates are kept here.
 * @throws NotSupportedError when its provider keeps none
 */
export async function reachTemplates(
  deps: TemplateDeps,
  wallet: WalletWithAccounts,
): Promise<TemplatesAtProvider | null> {
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  if (!reached) return null;
  const { account, call } = reached;
  const templates = capable(reached, 'TEMPLATES', (connector) => connector.templates);
  return { account, templates, call, catalogue: { provider: account.provider, origin: originOf(deps, account) } };
}

/**
 * The way to one template: as its wallet, or as the house wallet for one that a stranger has published. Null for LOCAL ones.
 * @throws NotSupportedError
 */
export async function reachTemplate(
  deps: TemplateDeps,
  { walletId, providerAccountId, provider }: PaymentTemplate,
): Promise<TemplatesAtProvider | null> {
  if (provider === 'LOCAL') return null;
  const { prisma } = deps.db;
  if (walletId !== STRANGER) {
    const wallet = await prisma.wallet.findUnique({ where: { id: walletId }, include: { accounts: true } });
    return reachTemplates(deps, present(wallet, 'the wallet of a template'));
  }
  const id = present(providerAccountId, 'the provider account of a template');
  const account = present(await prisma.providerAccount.findUnique({ where: { id } }), 'the provider account');
  const connector = connectorOf(deps, account);
  const templates = capable({ connector }, 'TEMPLATES', (offered) => offered.templates);
  return {
    account,
    templates,
    call: { wallet: null },
    catalogue: { provider: account.provider, origin: originOf(deps, account) },
  };
}

const PAGE_SIZE = 100;
const MAX_PAGES = 20;

/** Every template of the wallet at its provider, a thousand and more; `whole` is false where there are yet others. */
export async function everyTemplate({
  templates,
  call,
}: TemplatesAtProvider): Promise<{ items: ProviderTemplate[]; whole: boolean }> {
  const items: ProviderTemplate[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < MAX_PAGES && cursor !== null; page += 1) {
    const answer = await templates.list(call, { pageSize: PAGE_SIZE, ...(cursor ? { cursor } : {}) });
    items.push(...answer.items);
    cursor = answer.next;
  }
  return { items, whole: cursor === null };
}
