import type pg from 'pg';
import type { Database } from '../db/client.ts';
import { inSession } from '../db/session.ts';
import { present } from '../lib/assert.ts';
import { type Check, checkList } from './check-list.ts';
import { CANONICAL, GENESIS, sealOf } from './seal.ts';

/** What one check found. */
export interface CheckResult {
  name: string;
  /** What it proves, as a sentence. */
  proves: string;
  /** How many objects it looked at, and what they are. */
  checked: bigint;
  over: string;
  /** Each break in words, with ids and figures; at most BREAKS_SHOWN of them. */
  breaks: string[];
  /** All breaks, also those that are not shown. */
  broken: number;
}

/** Where the hash chain ends. Written down outside the database, it proves later that no history before it was rewritten. */
export interface ChainHead {
  position: bigint;
  /** Hexadecimal. */
  hash: string;
}

/** The proof that no kopeck is missing, or the list of what is wrong. */
export interface LedgerReport {
  ok: boolean;
  checks: CheckResult[];
  head: ChainHead | null;
}

export interface VerifyOptions {
  /** A head that was noted earlier: the chain must still pass through it. */
  anchor?: ChainHead | null;
  /** Called when a check begins, and now and then while a long one runs. */
  progress?: (message: string) => void;
}

/** Breaks in words per check; the rest is only counted. */
export const BREAKS_SHOWN = 20;
const PAGE = 2000;

/**
 * Proves the ledger, in one snapshot: postings may go on meanwhile.
 * @param db the database
 * @param options what to hold the chain against, and who hears of the progress
 */
export async function verifyLedger(db: Database, options: VerifyOptions = {}): Promise<LedgerReport> {
  const { progress = () => undefined } = options;
  return inSession(db, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async (client) => {
    const sizes = await countAll(client);
    const checks: CheckResult[] = [];
    for (const check of checkList) {
      progress(`${check.name}: ${sizes[check.over]} ${check.over}`);
      checks.push(await runCheck(client, check, sizes[check.over]));
    }
    const chain = await checkChain(client, { anchor: options.anchor ?? null, progress });
    checks.push(chain.result);
    return { ok: checks.every(({ broken }) => broken === 0), checks, head: chain.head };
  });
}

async function countAll(client: pg.PoolClient): Promise<Record<Check['over'], bigint>> {
  const { rows } = await client.query<Record<Check['over'], string>>(`
    SELECT (SELECT count(*) FROM ledger_account) AS accounts, (SELECT count(*) FROM journal_entry) AS entries,
      (SELECT count(*) FROM posting) AS postings, (SELECT count(*) FROM account_line) AS lines,
      (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM wallet_account) AS "wallet accounts"`);
  const row = present(rows[0], 'the sizes');
  const { accounts, entries, postings, lines, holds } = row;
  return {
    accounts: BigInt(accounts),
    entries: BigInt(entries),
    postings: BigInt(postings),
    lines: BigInt(lines),
    holds: BigInt(holds),
    'wallet accounts': BigInt(row['wallet accounts']),
  };
}

async function runCheck(client: pg.PoolClient, check: Check, checked: bigint): Promise<CheckResult> {
  const { name, proves, over, sql } = check;
  const { rows } = await client.query<{ what: string; total: string }>(
    `SELECT what, count(*) OVER () AS total FROM (${sql}) AS b(what) LIMIT ${BREAKS_SHOWN}`,
  );
  const broken = Number.parseInt(rows[0]?.total ?? '0', 10);
  return { name, proves, checked, over, breaks: rows.map(({ what }) => what), broken };
}

interface SealRow {
  position: string;
  entry_id: string;
  hash: Buffer;
  canonical: (string | null)[] | null;
}

/** Computes every seal again, page by page; after a break it goes on from the seal that stands there, to name each. */
async function checkChain(
  client: pg.PoolClient,
  { anchor, progress }: Required<VerifyOptions>,
): Promise<{ result: CheckResult; head: ChainHead | null }> {
  const breaks: string[] = [];
  let before: Buffer = GENESIS;
  let head: ChainHead | null = null;
  let last = '0';
  let anchored = anchor === null;
  let checked = 0n;
  for (let more = true; more; ) {
    const { rows }: pg.QueryResult<SealRow> = await client.query<SealRow>(
      `SELECT s.position, s.entry_id, s.hash, CASE WHEN j.id IS NOT NULL THEN ${CANONICAL} END AS canonical
       FROM journal_seal s LEFT JOIN journal_entry j ON j.id = s.entry_id
       WHERE s.position > $1 ORDER BY s.position LIMIT ${PAGE}`,
      [last],
    );
    for (const { position, entry_id, hash, canonical } of rows) {
      if (!canonical) breaks.push(`seal ${position}: its entry ${entry_id} is gone`);
      else if (!sealOf(before, canonical).equals(hash)) {
        breaks.push(`seal ${position}: entry ${entry_id}, its postings or the seal before were changed after sealing`);
      }
      before = hash;
      last = position;
      head = { position: BigInt(position), hash: hash.toString('hex') };
      anchored ||= anchor?.position === head.position && anchor.hash === head.hash;
    }
    checked += BigInt(rows.length);
    more = rows.length === PAGE;
    progress(`hash chain: ${checked} seals`);
  }
  if (!anchored) breaks.push(`the chain no longer passes through ${anchor?.position}:${anchor?.hash}`);
  const proves =
    'Every seal is the hash of the seal before it and its entry: nothing sealed was changed, added or taken away.';
  const shown = breaks.slice(0, BREAKS_SHOWN);
  return { result: { name: 'hash chain', proves, checked, over: 'seals', breaks: shown, broken: breaks.length }, head };
}
