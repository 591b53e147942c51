import { Command, InvalidArgumentError } from 'commander';
import type { Database } from '../db/client.ts';
import { BREAKS_SHOWN, type ChainHead, type CheckResult, type LedgerReport, verifyLedger } from '../ledger/checks.ts';

/** The subcommand `koshel ledger`. `open` gives it the database that the configuration names. */
export function ledgerCommand(open: () => Promise<{ db: Database; close(): Promise<void> }>): Command {
  const ledger = new Command('ledger').description('the books');
  ledger
    .command('verify')
    .description('prove that no kopeck is missing; ends with 1 when something is broken')
    .option(
      '--head <position:hash>',
      'a head of the hash chain noted earlier; the chain must still pass through it',
      readHead,
    )
    .action(async ({ head }: { head?: ChainHead }) => {
      const { db, close } = await open();
      try {
        const report = await verifyLedger(db, { anchor: head ?? null, progress: showProgress() });
        process.stdout.write(renderReport(report));
        if (!report.ok) process.exitCode = 1;
      } finally {
        await close();
      }
    });
  return ledger;
}

function readHead(text: string): ChainHead {
  const match = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text);
  const [, position, hash] = match ?? [];
  if (!position || !hash)
    throw new InvalidArgumentError('It is the `head` line of an earlier proof: <position>:<64 hex digits>.');
  return { position: BigInt(position), hash };
}

/** One line on a terminal that is written over; nothing where nobody watches. */
function showProgress(): (message: string) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  return (message) => {
    stderr.clearLine(0);
    stderr.cursorTo(0);
    stderr.write(`… ${message}`);
    stderr.cursorTo(0);
  };
}

/** A report as a table: a tick or the breaks per check, then the verdict. */
export function renderReport({ ok, checks, head }: LedgerReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const counts = checks.map(({ checked, over }) => `${checked} ${over}`);
  const countWidth = Math.max(...counts.map(({ length }) => length));
  const lines = checks.flatMap((check, index) => [
    `${check.broken === 0 ? '✓' : '✗'} ${check.name.padEnd(width)}  ${(counts[index] ?? '').padStart(countWidth)}  ${check.proves}`,
    ...renderBreaks(check),
  ]);
  const broken = checks.filter((check) => check.broken > 0).length;
  lines.push('', ok ? 'The books are sound.' : `The books are broken: ${broken} of ${checks.length} checks failed.`);
  if (head) lines.push(`head ${head.position}:${head.hash}`);
  return `${lines.join('\n')}\n`;
}

function renderBreaks({ breaks, broken }: CheckResult): string[] {
  const more = broken > breaks.length ? [`    … and ${broken - BREAKS_SHOWN} more`] : [];
  return [...breaks.map((text) => `    ${text}`), ...more];
}
