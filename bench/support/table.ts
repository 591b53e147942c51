import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { GoalRow } from './report.ts';

const FILE = 'docs/benchmarks.md';
const BEGIN = '<!-- figures: written by npm run bench -->';
const END = '<!-- end of figures -->';

/** The goals and what was reached, as a Markdown table. */
export function renderTable(rows: GoalRow[]): string {
  const head = [
    '| what | against, in the same run | goal | figure | | rounds |',
    '| --- | --- | ---: | ---: | --- | ---: |',
  ];
  const lines = rows.map((row) => {
    const goal = `${row.comparison} ${row.target} ${row.unit}`;
    const figure = `**${row.figure.toFixed(2)} ${row.unit}**`;
    return `| ${[row.goal, row.against, goal, figure, row.met ? 'met' : 'missed', row.rounds].join(' | ')} |`;
  });
  const details = rows
    .filter(({ detail }) => detail !== '')
    .map(({ goal, against, detail }) => `- ${goal}, against ${against}: ${detail}`);
  return [...head, ...lines, '', ...details].join('\n');
}

/**
 * Puts the table, with the machine and the commit, between the two marks of docs/benchmarks.md.
 * @returns the file's path
 */
export function writeFigures(table: string): string {
  const text = readFileSync(FILE, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${FILE} lacks the lines "${BEGIN}" and "${END}".`);
  writeFileSync(FILE, `${text.slice(0, from)}${BEGIN}\n${circumstances()}\n\n${table}\n${text.slice(to)}`);
  return FILE;
}

/** What the figures were taken on. */
function circumstances(): string {
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim();
  const changed =
    git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'bench', 'package-lock.json') !== '';
  const [core] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''};`,
    `${cpus().length} cores (${core?.model.trim() ?? 'unknown'}), ${gigabytes} GB, Node ${process.versions.node}, the embedded PostgreSQL.`,
  ].join(' ');
}
