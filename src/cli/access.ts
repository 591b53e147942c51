import { Command, InvalidArgumentError, Option } from 'commander';
import type { Scope } from '../db/generated/enums.ts';
import type { CliContext, OpenedDeps } from './context.ts';

/** `partner create` and `key create`. */
export function accessCommands(context: CliContext): Command[] {
  const partner = new Command('partner').description('partners: the tenants of the gateway');
  partner
    .command('create')
    .argument('<name>', 'what people call it')
    .addOption(
      new Option('--documents <policy>', 'open: any document; persisted: only registered ones')
        .choices(['open', 'persisted'])
        .default('open'),
    )
    .description('a new partner with books, customers and keys of its own')
    .addHelpText('after', '\nExample:\n  koshel partner create "Shop on the corner"')
    .action((name: string, { documents }: { documents: 'open' | 'persisted' }) =>
      withDeps(context, async ({ deps }) => {
        const { createPartner } = await import('../domain/access/create-partner.ts');
        const documentPolicy = documents === 'open' ? 'OPEN' : 'PERSISTED_ONLY';
        const { id } = await createPartner(deps, { name, documentPolicy });
        context.print(`${id}\nNext: koshel key create ${id} --name server --scopes all`);
      }),
    );
  const key = new Command('key').description('API keys of partners’ servers');
  key
    .command('create')
    .argument('<partnerId>', 'par_…')
    .requiredOption('--name <name>', 'what the key is for')
    .requiredOption('--scopes <scopes>', 'comma-separated, such as wallets:read,payments:write; or all', scopeNames)
    .description('a new key; it is shown this once')
    .addHelpText(
      'after',
      '\nExample:\n  koshel key create par_01h2xcejqtf2nbrexx3vqjhp41 --name shop --scopes wallets:read,payments:write',
    )
    .action((partnerId: string, { name, scopes }: { name: string; scopes: string[] }) =>
      withDeps(context, async ({ deps }) => {
        const { createApiKey } = await import('../domain/access/create-api-key.ts');
        const { secret } = await createApiKey(deps, { partnerId, name, scopes: await knownScopes(scopes) });
        context.print(secret);
      }),
    );
  return [partner, key];
}

async function withDeps(context: CliContext, work: (opened: OpenedDeps) => Promise<void>): Promise<void> {
  const opened = await context.open();
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

/** `wallets:read` and `WALLETS_READ` are the same scope. */
function scopeNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim().toUpperCase().replaceAll(/[:-]/g, '_'));
  if (names.some((name) => name === '')) throw new InvalidArgumentError('Name at least one scope, or all.');
  return names;
}

async function knownScopes(names: string[]): Promise<Scope[]> {
  const [{ Scope: all }, { InvalidInputError }] = await Promise.all([
    import('../db/generated/enums.ts'),
    import('../errors.ts'),
  ]);
  const known: string[] = Object.values(all);
  if (names.length === 1 && names[0] === 'ALL') return Object.values(all);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw InvalidInputError.at('--scopes', `${unknown.join(', ')} is no scope. Scopes: ${known.join(', ')}.`);
  }
  return names as Scope[];
}
