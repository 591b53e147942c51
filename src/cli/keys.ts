import { Command } from 'commander';
import type { RotatedColumn, Rotation } from '../domain/vault/rotate-keys.ts';
import type { CliContext } from './context.ts';

/** `keys rotate`. */
export function keysCommand(context: CliContext): Command {
  const keys = new Command('keys').description('the master keys that personal data are sealed under');
  keys
    .command('rotate')
    .description('seal everything anew under ENCRYPTION_KEY; ends with 1 while something is under another key')
    .addHelpText('after', HELP)
    .action(async () => {
      const { deps, close } = await context.open();
      try {
        const { rotateKeys } = await import('../domain/vault/rotate-keys.ts');
        const rotation = await rotateKeys(deps, { progress: showProgress() });
        context.print(renderRotation(rotation));
        if (!rotation.done) process.exitCode = 1;
      } finally {
        await close();
      }
    });
  return keys;
}

const HELP = `
Before it, give every gateway the new key as ENCRYPTION_KEY and the old one in DECRYPTION_KEYS:
  ENCRYPTION_KEY=2:<new> DECRYPTION_KEYS=1:<old> koshel start
Then, beside the running gateways and with the same variables:
  koshel keys rotate
When it ends with 0, the old key may be taken out of DECRYPTION_KEYS. It may be interrupted and run again.`;

/** One line on a terminal that is written over; nothing where nobody watches. */
function showProgress(): (table: string, column: string, resealed: number) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  return (table, column, resealed) => {
    stderr.clearLine(0);
    stderr.cursorTo(0);
    stderr.write(`… ${table}.${column} ${resealed}`);
    stderr.cursorTo(0);
  };
}

const SHOWN = 5;

/** A rotation as a table: the columns that hold something, then the verdict. */
export function renderRotation({ keyId, columns, done }: Rotation): string {
  const filled = columns.filter(({ under }) => under.size > 0);
  const width = Math.max(...filled.map(({ table, column }) => table.length + column.length + 1));
  const lines = filled.flatMap((column) => renderColumn(column, keyId, width));
  const resealed = filled.reduce((sum, column) => sum + column.resealed, 0);
  const others = [...new Set(filled.flatMap(({ under }) => [...under.keys()]))].filter((id) => id !== keyId);
  const verdict = done
    ? `Everything is under key ${keyId}; ${resealed} values were sealed anew. Other keys may be taken out of DECRYPTION_KEYS.`
    : `Not done: there are values under key ${others.join(', ')}. ${remedy(filled)}`;
  return [...lines, '', verdict].join('\n');
}

function renderColumn(
  { table, column, resealed, under, unopened }: RotatedColumn,
  keyId: number,
  width: number,
): string[] {
  const left = [...under].filter(([id]) => id !== keyId).map(([id, count]) => `${count} under key ${id}`);
  const name = `${table}.${column}`.padEnd(width);
  const more = unopened.length > SHOWN ? [`    … and ${unopened.length - SHOWN} more`] : [];
  return [
    `${left.length === 0 ? '✓' : '✗'} ${name}  ${[`${under.get(keyId) ?? 0} under key ${keyId}, ${resealed} of them new`, ...left].join(', ')}`,
    ...unopened.slice(0, SHOWN).map((place) => `    ${place} does not open`),
    ...more,
  ];
}

const remedy = (columns: RotatedColumn[]): string =>
  columns.some(({ unopened }) => unopened.length > 0)
    ? 'Values that do not open need the key that they are under in DECRYPTION_KEYS; what was changed by hand must come from a backup.'
    : 'A gateway still seals under it: give every gateway the new ENCRYPTION_KEY, then run this again.';
