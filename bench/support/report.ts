import { readFileSync, writeFileSync } from 'node:fs';
import { median } from './rounds.ts';

/** One row of the table of goals. */
export interface GoalRow {
  /** What is measured, in the words of the table. */
  goal: string;
  /** The peer or limit of the same run; a dash where the goal is a plain figure. */
  against: string;
  comparison: '≥' | '≤';
  target: number;
  figure: number;
  unit: string;
  met: boolean;
  rounds: number;
  /** What else a reader wants to know: absolute medians, machine-bound figures. */
  detail: string;
}

/** The rows of one run, printed as they come and written at its end. */
export interface Report {
  /** Adds and prints a row; `met` follows from the figure. */
  add(row: Omit<GoalRow, 'met'>): void;
  /** Writes the rows where `--json` says, when it says so, and makes the run fail when a goal is missed. */
  finish(): void;
}

/** @param file where the rows go as JSON; undefined: they are printed only */
export function createReport(file: string | undefined): Report {
  const rows: GoalRow[] = [];
  return {
    add(row) {
      const met = row.comparison === '≥' ? row.figure >= row.target : row.figure <= row.target;
      rows.push({ ...row, met });
      const figure = `${row.figure.toFixed(2)} ${row.unit}`;
      process.stdout.write(
        `${met ? 'met   ' : 'MISSED'}  ${row.goal} against ${row.against}: ${figure} (goal ${row.comparison} ${row.target}), ${row.rounds} rounds. ${row.detail}\n`,
      );
    },
    finish() {
      if (file) writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
      if (rows.some(({ met }) => !met)) process.exitCode = 1;
    },
  };
}

/** Rows that other runs have written. */
export function readReport(file: string): GoalRow[] {
  return JSON.parse(readFileSync(file, 'utf8')) as GoalRow[];
}

/** The middle of the rounds' own ratios: what else the machine did in a round, it did to both. */
export function medianRatio(figures: readonly number[], peer: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (peer[round] ?? Number.NaN)));
}
