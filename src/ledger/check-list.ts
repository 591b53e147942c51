/** One thing that must be true of the books, as a query for what breaks it. */
export interface Check {
  name: string;
  /** What it proves, as a sentence. */
  proves: string;
  /** What is counted as looked at. */
  over: 'accounts' | 'entries' | 'postings' | 'lines' | 'holds' | 'wallet accounts';
  /** Selects one text per break: ids and figures. */
  sql: string;
}

const figures = (a: string) =>
  `concat_ws(' ', ${['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits']
    .map((name) => `${a}.${name}`)
    .join(', ')})`;

/** Both sides of every posting, with what each adds to its account's counters. */
const SIDES = `SELECT p.entry_id, p.number, p.kind, p.amount_minor, s.*,
    CASE WHEN p.kind IN ('POST', 'CAPTURE') THEN p.amount_minor ELSE 0 END AS posted,
    CASE p.kind WHEN 'HOLD' THEN p.amount_minor WHEN 'POST' THEN 0 ELSE -p.amount_minor END AS held
  FROM posting p CROSS JOIN LATERAL (VALUES (p.debit_account_id, true), (p.credit_account_id, false)) AS s(account_id, debit)`;

/** What stands on an account's normal side and is not promised away. */
const available = (counters: string) => `CASE WHEN a.kind IN ('LIABILITY', 'INCOME', 'EQUITY')
  THEN ${counters}.posted_credits - ${counters}.posted_debits - ${counters}.pending_debits
  ELSE ${counters}.posted_debits - ${counters}.posted_credits - ${counters}.pending_credits END`;

/** Everything about the books that SQL can prove; the hash chain is in checks.ts. */
export const checkList: Check[] = [
  {
    name: 'postings',
    proves:
      'Every entry has postings numbered from 1, each above zero between two accounts of its currency and partner.',
    over: 'postings',
    sql: `
      SELECT format('posting %s/%s: %s %s from %s (%s) to %s (%s)', p.entry_id, p.number, p.amount_minor, p.currency,
        p.debit_account_id, coalesce(d.currency, 'missing'), p.credit_account_id, coalesce(c.currency, 'missing'))
      FROM posting p LEFT JOIN journal_entry j ON j.id = p.entry_id
      LEFT JOIN ledger_account d ON d.id = p.debit_account_id LEFT JOIN ledger_account c ON c.id = p.credit_account_id
      WHERE ((d.currency, c.currency, d.partner_id, c.partner_id)
          IS DISTINCT FROM (p.currency, p.currency, j.partner_id, j.partner_id))
        OR p.amount_minor <= 0 OR p.debit_account_id = p.credit_account_id
      UNION ALL
      SELECT format('entry %s: %s postings, the last is number %s', j.id, count(p.number), max(p.number))
      FROM journal_entry j LEFT JOIN posting p ON p.entry_id = j.id
      GROUP BY j.id HAVING count(p.number) = 0 OR min(p.number) <> 1 OR max(p.number) <> count(p.number)`,
  },
  {
    name: 'keys',
    proves: 'Every entry has its code and reference to itself, by which it is found when it is posted again.',
    over: 'entries',
    sql: `
      SELECT format('entry %s: %s %s, its key says %s %s', coalesce(j.id, k.entry_id), coalesce(j.code, 'is not in the journal'),
        j.reference, coalesce(k.code, 'nothing'), k.reference)
      FROM journal_entry j FULL JOIN journal_key k ON k.entry_id = j.id
      WHERE (j.code, j.reference) IS DISTINCT FROM (k.code, k.reference)
      UNION ALL
      SELECT format('entries %s have one code and reference: %s %s', string_agg(id, ', ' ORDER BY id), code, reference)
      FROM journal_entry GROUP BY code, reference HAVING count(*) > 1`,
  },
  {
    name: 'debits = credits',
    proves: "In every partner's books and every currency, debits equal credits, posted and pending.",
    over: 'accounts',
    sql: `
      SELECT format('%s %s: posted %s debits, %s credits; pending %s debits, %s credits', partner_id, currency,
        sum(posted_debits), sum(posted_credits), sum(pending_debits), sum(pending_credits))
      FROM ledger_account GROUP BY partner_id, currency
      HAVING sum(posted_debits) <> sum(posted_credits) OR sum(pending_debits) <> sum(pending_credits)`,
  },
  {
    name: 'counters = postings',
    proves: "Every account's four counters are the sums of its postings.",
    over: 'accounts',
    sql: `
      WITH sums AS (
        SELECT account_id, coalesce(sum(posted) FILTER (WHERE debit), 0) AS posted_debits,
          coalesce(sum(posted) FILTER (WHERE NOT debit), 0) AS posted_credits,
          coalesce(sum(held) FILTER (WHERE debit), 0) AS pending_debits,
          coalesce(sum(held) FILTER (WHERE NOT debit), 0) AS pending_credits
        FROM (${SIDES}) s GROUP BY account_id)
      SELECT format('account %s: counters %s, postings %s', a.id, ${figures('a')}, ${figures('s')})
      FROM ledger_account a LEFT JOIN sums s ON s.account_id = a.id
      WHERE (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits) IS DISTINCT FROM
        (coalesce(s.posted_debits, 0), coalesce(s.posted_credits, 0), coalesce(s.pending_debits, 0), coalesce(s.pending_credits, 0))`,
  },
  {
    name: 'holds = postings',
    proves: 'Every hold is made by one posting, and what remains of it is what its captures and releases have left.',
    over: 'holds',
    sql: `
      WITH taken AS (
        SELECT p.hold_id, count(*) FILTER (WHERE p.kind = 'HOLD') AS made,
          coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = 'HOLD'), 0) AS amount,
          coalesce(sum(p.amount_minor) FILTER (WHERE p.kind <> 'HOLD'), 0) AS taken,
          bool_and((p.debit_account_id, p.credit_account_id, p.currency)
            IS NOT DISTINCT FROM (h.debit_account_id, h.credit_account_id, h.currency)) AS same_accounts
        FROM posting p LEFT JOIN hold h ON h.id = p.hold_id WHERE p.hold_id IS NOT NULL GROUP BY p.hold_id)
      SELECT format('hold %s: %s of %s remain and it is %s; %s postings made it over %s and %s was taken%s',
        coalesce(h.id, t.hold_id), h.remaining_minor, h.amount_minor, coalesce(h.state::text, 'missing'),
        coalesce(t.made, 0), coalesce(t.amount, 0), coalesce(t.taken, 0),
        CASE WHEN t.same_accounts THEN '' ELSE '; the accounts differ' END)
      FROM hold h FULL JOIN taken t ON t.hold_id = h.id
      WHERE (t.made, t.same_accounts, h.amount_minor, h.remaining_minor, h.state = 'CLOSED', h.closed_at IS NOT NULL)
        IS DISTINCT FROM (1, true, t.amount, t.amount - t.taken, t.amount = t.taken, t.amount = t.taken)`,
  },
  {
    name: 'pending = open holds',
    proves: "Every account's pending counters are what remains of the open holds on it.",
    over: 'accounts',
    sql: `
      WITH open AS (
        SELECT s.account_id, coalesce(sum(h.remaining_minor) FILTER (WHERE s.debit), 0) AS debits,
          coalesce(sum(h.remaining_minor) FILTER (WHERE NOT s.debit), 0) AS credits
        FROM hold h CROSS JOIN LATERAL (VALUES (h.debit_account_id, true), (h.credit_account_id, false)) AS s(account_id, debit)
        WHERE h.state = 'OPEN' GROUP BY s.account_id)
      SELECT format('account %s: pending %s debits, %s credits; open holds %s debits, %s credits', a.id, a.pending_debits,
        a.pending_credits, coalesce(o.debits, 0), coalesce(o.credits, 0))
      FROM ledger_account a LEFT JOIN open o ON o.account_id = a.id
      WHERE (a.pending_debits, a.pending_credits) IS DISTINCT FROM (coalesce(o.debits, 0), coalesce(o.credits, 0))`,
  },
  {
    name: 'lines = postings',
    proves:
      "Every posting has one line on each of its two accounts, with its kind, its amount and its entry's instant.",
    over: 'lines',
    sql: `
      SELECT format('posting %s/%s on account %s: posting %s %s, line %s %s', coalesce(s.entry_id, l.entry_id),
        coalesce(s.number, l.posting_number), coalesce(s.account_id, l.account_id),
        coalesce(s.kind::text, 'missing'), s.amount_minor, coalesce(l.kind::text, 'missing'), l.amount_minor)
      FROM (${SIDES}) s
      JOIN ledger_account a ON a.id = s.account_id
      FULL JOIN account_line l ON l.entry_id = s.entry_id AND l.posting_number = s.number AND l.account_id = s.account_id
      LEFT JOIN journal_entry j ON j.id = s.entry_id
      WHERE (l.kind, l.amount_minor, l.recorded_at) IS DISTINCT FROM
        (s.kind, CASE WHEN s.debit = (a.kind IN ('ASSET', 'EXPENSE')) THEN s.posted ELSE -s.posted END, j.recorded_at)`,
  },
  {
    name: 'running counters',
    proves: "Every line's counters are those of the line before it plus its posting; lines never go back in time.",
    over: 'lines',
    sql: `
      WITH steps AS (
        SELECT l.*, lag(l.recorded_at, 1, '-infinity') OVER before AS previous_at,
          l.posted_debits - lag(l.posted_debits, 1, 0::bigint) OVER before AS more_posted_debits,
          l.posted_credits - lag(l.posted_credits, 1, 0::bigint) OVER before AS more_posted_credits,
          l.pending_debits - lag(l.pending_debits, 1, 0::bigint) OVER before AS more_pending_debits,
          l.pending_credits - lag(l.pending_credits, 1, 0::bigint) OVER before AS more_pending_credits
        FROM account_line l WINDOW before AS (PARTITION BY l.account_id ORDER BY l.number))
      SELECT format('line %s of account %s: counters %s do not follow from its posting %s/%s, or its instant from the line before',
        l.number, l.account_id, ${figures('l')}, l.entry_id, l.posting_number)
      FROM steps l LEFT JOIN (${SIDES}) s
        ON s.entry_id = l.entry_id AND s.number = l.posting_number AND s.account_id = l.account_id
      WHERE l.recorded_at < l.previous_at
        OR (l.more_posted_debits, l.more_posted_credits, l.more_pending_debits, l.more_pending_credits) IS DISTINCT FROM
          (CASE WHEN s.debit THEN s.posted ELSE 0 END, CASE WHEN s.debit THEN 0 ELSE s.posted END,
           CASE WHEN s.debit THEN s.held ELSE 0 END, CASE WHEN s.debit THEN 0 ELSE s.held END)`,
  },
  {
    name: 'line numbers',
    proves:
      "Every account's lines are numbered 1, 2, 3, … without a gap up to the number it knows, and end in its counters.",
    over: 'accounts',
    sql: `
      WITH last AS (
        SELECT DISTINCT ON (account_id) *, count(*) OVER (PARTITION BY account_id) AS lines FROM account_line
        ORDER BY account_id, number DESC)
      SELECT format('account %s: %s lines, the last is number %s with counters %s; the account says %s lines and %s', a.id,
        coalesce(l.lines, 0), coalesce(l.number, 0), ${figures('l')}, a.lines, ${figures('a')})
      FROM ledger_account a LEFT JOIN last l ON l.account_id = a.id
      WHERE (coalesce(l.lines, 0), coalesce(l.number, 0)) IS DISTINCT FROM (a.lines, a.lines)
        OR a.last_line_at IS DISTINCT FROM l.recorded_at
        OR (a.lines > 0 AND (l.posted_debits, l.posted_credits, l.pending_debits, l.pending_credits) IS DISTINCT FROM
          (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits))`,
  },
  {
    name: 'no overdraft',
    proves: "No customer's account is below zero now, nor was it after any entry of its history.",
    over: 'accounts',
    sql: `
      SELECT format('account %s: %s available now', a.id, ${available('a')})
      FROM ledger_account a WHERE NOT a.overdraft AND ${available('a')} < 0
      UNION ALL
      SELECT format('account %s: %s available after entry %s', a.id, ${available('l')}, l.entry_id)
      FROM ledger_account a JOIN account_line l ON l.account_id = a.id
      LEFT JOIN account_line n ON n.account_id = l.account_id AND n.number = l.number + 1
      WHERE NOT a.overdraft AND n.entry_id IS DISTINCT FROM l.entry_id AND ${available('l')} < 0`,
  },
  {
    name: 'wallet accounts',
    proves:
      'Every currency of a wallet is kept by an account of that wallet and currency, which may be overdrawn only where its provider keeps the book; of a house wallet by the settlement account of its provider account.',
    over: 'wallet accounts',
    sql: `
      SELECT format('wallet %s in %s: account %s is of wallet %s in %s', w.wallet_id, w.currency, w.ledger_account_id,
        a.wallet_id, coalesce(a.currency, 'nothing'))
      FROM wallet_account w LEFT JOIN wallet o ON o.id = w.wallet_id LEFT JOIN ledger_account a ON a.id = w.ledger_account_id
      WHERE CASE WHEN o.house
        THEN (a.code, a.currency) IS DISTINCT FROM (format('settlement:%s:%s', o.provider_account_id, w.currency), w.currency)
        ELSE (a.wallet_id, a.currency, a.overdraft) IS DISTINCT FROM (w.wallet_id, w.currency, o.provider <> 'LOCAL') END`,
  },
  {
    name: 'sealing',
    proves: 'Every entry is either sealed or waits for its seal, and the seals are numbered 1, 2, 3, … without a gap.',
    over: 'entries',
    sql: `
      SELECT format('entry %s: %s', coalesce(j.id, s.entry_id, u.entry_id), CASE WHEN j.id IS NULL THEN 'is not in the journal'
        WHEN s.position IS NULL THEN 'is neither sealed nor waiting' ELSE 'is sealed and waits again' END)
      FROM journal_entry j FULL JOIN journal_seal s ON s.entry_id = j.id
      FULL JOIN journal_unsealed u ON u.entry_id = coalesce(j.id, s.entry_id)
      WHERE j.id IS NULL OR (s.position IS NULL) = (u.seq IS NULL)
      UNION ALL
      SELECT format('seals: %s of them, the last is number %s', count(*), max(position)) FROM journal_seal
      HAVING count(*) <> coalesce(max(position), 0) OR min(position) <> 1`,
  },
];
