import { type Command, CommanderError } from 'commander';
import { DomainError, SetupError } from '../errors.ts';
import { redactText } from '../lib/redact.ts';
import { createCliContext } from './context.ts';
import { createProgram } from './program.ts';

/** Exit codes: what scripts may rely on. */
export const exitCodes = Object.freeze({ ok: 0, failed: 1, usage: 2, defect: 70 });

/**
 * Runs one command line.
 * @param args without node and the script
 * @returns the exit code
 */
export async function runCli(args: string[]): Promise<number> {
  // `koshel … | head` closes the pipe when it has seen enough
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const context = createCliContext();
  const program = await createProgram(context, args);
  exitOverride(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    // a command that found something broken has said so there
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    return explain(error, context.debug());
  }
}

/** Commander would end the process by itself, and with 1 for a mistyped command. */
function exitOverride(command: Command): void {
  command.exitOverride();
  command.showHelpAfterError('(koshel --help explains)');
  for (const child of command.commands) exitOverride(child);
}

function explain(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const failure = error instanceof Error ? error : new Error(String(error));
  if (failure instanceof SetupError || failure instanceof DomainError) {
    process.stderr.write(`koshel: ${redactText(failure.message)}\n`);
    return exitCodes.failed;
  }
  process.stderr.write(`koshel: unexpected failure: ${redactText(failure.message)}\n`);
  process.stderr.write(
    debug
      ? `${redactText(failure.stack ?? '')}\n`
      : 'This is a defect of Koshel. Please report it with what LOG_LEVEL=debug prints for the same command.\n',
  );
  return exitCodes.defect;
}
