import { Command } from 'commander';
import { accessCommands } from './access.ts';
import type { CliContext } from './context.ts';
import { databaseCommands } from './database.ts';
import { documentsCommand } from './documents.ts';
import { keysCommand } from './keys.ts';
import { startCommand } from './start.ts';

const EXAMPLES = `
Examples:
  koshel start                                         gateway, database, sandbox and demo data
  koshel seed                                          the demo partner's key and a fresh customer token
  koshel partner create "Shop"                         a new partner
  koshel key create par_… --name server --scopes all   a key for it, shown once
  koshel documents publish persisted-documents.json --name app-1.2 --key ksh_…
                                                       lets an app run its documents by their ids
  koshel ledger verify                                 proves that the books are right
  koshel keys rotate                                   everything under the newest ENCRYPTION_KEY

Settings come from the environment: see "Configuration" in README.md.`;

/**
 * The command tree.
 * @param args the command line: the commands of heavy parts are loaded only when it names them, or asks for help
 */
export async function createProgram(context: CliContext, args: string[]): Promise<Command> {
  const program = new Command('koshel')
    .description('A GraphQL gateway over wallets and lenders, on a double-entry ledger.')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  program.addCommand(startCommand(context));
  for (const command of [...databaseCommands(context), ...accessCommands(context), keysCommand(context)])
    program.addCommand(command);
  program.addCommand(documentsCommand(context));
  await mountLedger(program, context, args);
  await mountSandbox(program, args);
  return program;
}

async function mountLedger(program: Command, context: CliContext, args: string[]): Promise<void> {
  if (!isWanted('ledger', args)) return;
  const { ledgerCommand } = await import('./ledger.ts');
  const open = async () => {
    const { deps, close } = await context.open();
    return { db: deps.db, close };
  };
  program.addCommand(ledgerCommand(open));
}

async function mountSandbox(program: Command, args: string[]): Promise<void> {
  if (!isWanted('sandbox', args)) return;
  const { sandboxCommand } = await import('./sandbox.ts');
  program.addCommand(sandboxCommand());
}

/** Named as the command, or a command line that names none and will print the list. */
function isWanted(name: string, args: string[]): boolean {
  const first = args.find((arg) => !arg.startsWith('-'));
  return first === undefined || first === name || first === 'help';
}
