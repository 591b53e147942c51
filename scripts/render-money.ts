import { readFileSync, writeFileSync } from 'node:fs';
import { renderMoney } from '../src/ledger/render.ts';

/** Writes docs/money.md from the catalogue of movements. */
const source = readFileSync(new URL('../src/ledger/entries.ts', import.meta.url), 'utf8');
writeFileSync(new URL('../docs/money.md', import.meta.url), renderMoney(source));
