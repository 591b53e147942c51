-- The journal, its postings and the lines of accounts lie in partitions by time, and are written by ledger_post alone
-- (docs/adr/0014-journal-partitions.md). No row is moved: each table as it stands becomes the first partition of a new one.

-- Which business id stands in the books under which code, over all time: a partition could only know its own month.
CREATE TABLE journal_key (
  code TEXT NOT NULL,
  reference TEXT NOT NULL,
  entry_id TEXT COLLATE "C" NOT NULL,
  CONSTRAINT journal_key_pkey PRIMARY KEY (code, reference)
);
INSERT INTO journal_key (code, reference, entry_id) SELECT code, reference, id FROM journal_entry;

-- Accounts and entries that postings name were looked up, locked or made by ledger_post in the same transaction; nobody else
-- may write (below), so looking each up again proves nothing. `koshel ledger verify` still does.
ALTER TABLE posting DROP CONSTRAINT posting_entry_id_fkey, DROP CONSTRAINT debit_account, DROP CONSTRAINT credit_account;
ALTER TABLE account_line DROP CONSTRAINT line_account;

DROP TRIGGER append_only ON journal_entry;
DROP TRIGGER append_only ON posting;
DROP TRIGGER append_only ON account_line;

-- Indexes that no reader asks for, or that serve better in part.
DROP INDEX journal_entry_seq_key;
DROP INDEX journal_entry_code_reference_key;
DROP INDEX journal_entry_payment_id_idx;
DROP INDEX posting_hold_id_idx;
DROP INDEX account_line_account_id_recorded_at_idx;
DROP INDEX journal_unsealed_entry_id_key;

-- Ids by code unit: in that order they grow with time, whatever the language of the database and its next version.
ALTER TABLE journal_entry ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN reverses_id TYPE TEXT COLLATE "C";
ALTER TABLE posting ALTER COLUMN entry_id TYPE TEXT COLLATE "C";
ALTER TABLE account_line ALTER COLUMN entry_id TYPE TEXT COLLATE "C",
  DROP CONSTRAINT account_line_pkey, ADD CONSTRAINT account_line_rest_pkey PRIMARY KEY (account_id, recorded_at, number);
ALTER TABLE journal_unsealed ALTER COLUMN entry_id TYPE TEXT COLLATE "C";
ALTER TABLE journal_seal ALTER COLUMN entry_id TYPE TEXT COLLATE "C";

ALTER TABLE journal_entry RENAME TO journal_entry_rest;
ALTER TABLE journal_entry_rest RENAME CONSTRAINT journal_entry_pkey TO journal_entry_rest_pkey;
ALTER INDEX journal_entry_partner_id_id_idx RENAME TO journal_entry_rest_partner_id_id_idx;
CREATE TABLE journal_entry (
  LIKE journal_entry_rest INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CONSTRAINT journal_entry_pkey PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX journal_entry_partner_id_id_idx ON journal_entry (partner_id, id);
CREATE INDEX journal_entry_payment_id_idx ON journal_entry (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX journal_entry_reverses_id_idx ON journal_entry (reverses_id) WHERE reverses_id IS NOT NULL;
ALTER TABLE journal_entry ATTACH PARTITION journal_entry_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
ALTER SEQUENCE journal_entry_seq_seq OWNED BY journal_entry.seq;

ALTER TABLE posting RENAME TO posting_rest;
ALTER TABLE posting_rest RENAME CONSTRAINT posting_pkey TO posting_rest_pkey;
CREATE TABLE posting (
  LIKE posting_rest INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CONSTRAINT posting_pkey PRIMARY KEY (entry_id, number)
) PARTITION BY RANGE (entry_id);
ALTER TABLE posting ATTACH PARTITION posting_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- An account's lines never go back in time, so one index serves its statement, its balance at an instant, and their order.
ALTER TABLE account_line RENAME TO account_line_rest;
CREATE TABLE account_line (
  LIKE account_line_rest INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  CONSTRAINT account_line_pkey PRIMARY KEY (account_id, recorded_at, number)
) PARTITION BY RANGE (recorded_at);
ALTER TABLE account_line ATTACH PARTITION account_line_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Triggers of statements fire for the table that the statement names, so each partition has its own.
CREATE FUNCTION refuse_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is written by ledger_post alone', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY '{journal_entry,journal_entry_rest,posting,posting_rest,account_line,account_line_rest,journal_key}'::text[] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER ledger_post_only BEFORE INSERT ON %I FOR EACH STATEMENT
      WHEN (current_setting(''koshel.posting'', true) IS DISTINCT FROM ''on'') EXECUTE FUNCTION refuse_insert()', name);
  END LOOP;
END $$;

-- What postings rest on stays: an account is neither removed nor made another.
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER same_account BEFORE UPDATE OF id, partner_id, kind, currency ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Counters change with every posting: room on the page keeps the new version there, and the indexes as they are.
ALTER TABLE ledger_account SET (fillfactor = 60);

CREATE OR REPLACE FUNCTION ledger_post(
  a_id text[], p_chart text,
  e_id text[], e_partner text[], e_code text[], e_reference text[], e_payment text[], e_reverses text[], e_occurred timestamptz[],
  e_last int[],
  p_entry int[], p_number int[], p_kind text[], p_debit int[], p_credit int[], p_amount bigint[], p_hold text[],
  p_expires timestamptz[]
) RETURNS jsonb LANGUAGE plpgsql
-- Every statement goes by primary keys, so one plan serves lists of any length; planning anew would cost most of a short call.
SET plan_cache_mode = force_generic_plan
-- The statistics of an empty table must not lead a plan away from them either.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  a_found text[]; a_currency text[]; a_debit_normal boolean[]; a_overdraft boolean[]; a_closed boolean[];
  a_posted_debits bigint[]; a_posted_credits bigint[]; a_pending_debits bigint[]; a_pending_credits bigint[];
  a_lines bigint[]; a_lines_before bigint[];
  e_twin text[]; e_posted boolean[];
  -- holds that postings name or make
  h_id text[]; h_debit text[]; h_credit text[]; h_remaining bigint[]; h_before bigint[];
  -- account lines to write, l of them
  l_account int[]; l_number bigint[]; l_posting int[]; l_amount bigint[];
  l_posted_debits bigint[]; l_posted_credits bigint[]; l_pending_debits bigint[]; l_pending_credits bigint[];
  l int := 0; l_start int;
  v_at timestamptz; v_odd jsonb := '[]'; v_refusal jsonb; v_hold int; v_available bigint; v_posted int := 0; v_written int;
  e int; i int; done int; first int; d int; c int; amount bigint; acc int; posted bigint; held bigint;
BEGIN
  -- New accounts before any lock, so that nobody waits for a new row while holding an old one.
  IF p_chart <> '[]' AND (SELECT count(*) FROM ledger_account WHERE id = ANY (a_id)) < cardinality(a_id) THEN
    INSERT INTO ledger_account (id, partner_id, code, kind, currency, wallet_id, overdraft)
    SELECT n.id, n."partnerId", n.code, n.kind, n.currency, n."walletId", n.overdraft
    FROM jsonb_to_recordset(p_chart::jsonb)
      AS n(id text, "partnerId" text, code text, kind ledger_account_kind, currency text, "walletId" text, overdraft boolean)
    ORDER BY n.id COLLATE "C"
    ON CONFLICT DO NOTHING;
  END IF;

  -- Locks in id order: two calls that share accounts wait for each other and never deadlock.
  SELECT array_agg(x.id), array_agg(x.currency), array_agg(x.kind IN ('ASSET', 'EXPENSE')), array_agg(x.overdraft),
         array_agg(x.closed_at IS NOT NULL), array_agg(x.posted_debits), array_agg(x.posted_credits),
         array_agg(x.pending_debits), array_agg(x.pending_credits), array_agg(x.lines), max(x.last_line_at)
  INTO a_found, a_currency, a_debit_normal, a_overdraft, a_closed, a_posted_debits, a_posted_credits, a_pending_debits,
       a_pending_credits, a_lines, v_at
  FROM (SELECT * FROM ledger_account WHERE id = ANY (a_id) ORDER BY id COLLATE "C" FOR NO KEY UPDATE) x;
  IF a_found IS DISTINCT FROM a_id THEN
    RAISE EXCEPTION 'the accounts of a call are not sorted, not described, or their codes are taken by others';
  END IF;
  a_lines_before := a_lines;
  -- Milliseconds, the finest instant that callers can name: a balance asked for at an answer's `at` includes the answer.
  -- An account's lines never go back in time, even when the machine's clock does.
  v_at := greatest(date_trunc('milliseconds', clock_timestamp()), v_at);

  SELECT array_agg((SELECT k.entry_id FROM journal_key k WHERE k.code = n.code AND k.reference = n.reference) ORDER BY n.at)
  INTO e_twin
  FROM unnest(e_code, e_reference) WITH ORDINALITY AS n(code, reference, at);

  -- A hold is only ever changed together with its accounts, so their locks guard it too. One that is named with accounts not
  -- its own is refused below.
  SELECT coalesce(array_agg(x.id), '{}'), array_agg(x.debit_account_id), array_agg(x.credit_account_id),
         array_agg(x.remaining_minor), array_agg(x.remaining_minor)
  INTO h_id, h_debit, h_credit, h_remaining, h_before
  FROM hold x WHERE x.id = ANY (array_remove(p_hold, NULL)) AND x.state = 'OPEN';

  FOR e IN 1 .. cardinality(e_id) LOOP
    first := coalesce(e_last[e - 1], 0) + 1;
    IF e_twin[e] IS NOT NULL THEN
      e_posted[e] := false;
      -- the same when it has the same postings; a new hold's own id is chosen by each call, so it does not count
      v_odd := v_odd || jsonb_build_object('entry', e, 'entryId', e_twin[e], 'verdict', CASE WHEN (
          SELECT count(*) = e_last[e] - first + 1 AND bool_and((p.kind::text, p.debit_account_id, p.credit_account_id, p.amount_minor)
              IS NOT DISTINCT FROM (p_kind[n], a_id[p_debit[n]], a_id[p_credit[n]], p_amount[n])
            AND (p.kind = 'HOLD' OR p.hold_id IS NOT DISTINCT FROM p_hold[n]))
          FROM posting p, LATERAL (SELECT first + p.number - 1) AS at(n) WHERE p.entry_id = e_twin[e]
        ) THEN 'REPLAYED' ELSE 'CONFLICT' END);
      CONTINUE;
    END IF;

    v_refusal := NULL; l_start := l; done := first - 1;
    FOR i IN first .. e_last[e] LOOP
      d := p_debit[i]; c := p_credit[i]; amount := p_amount[i]; v_hold := NULL;
      posted := amount; held := 0;
      IF a_closed[d] OR a_closed[c] THEN
        v_refusal := jsonb_build_object('reason', 'ACCOUNT_CLOSED', 'accountId', a_id[CASE WHEN a_closed[d] THEN d ELSE c END]);
      ELSIF a_currency[d] <> a_currency[c] THEN
        v_refusal := jsonb_build_object('reason', 'CURRENCY_MISMATCH', 'accountId', a_id[c]);
      ELSIF p_kind[i] = 'HOLD' THEN
        posted := 0; held := amount;
      ELSIF p_kind[i] <> 'POST' THEN
        held := -amount;
        IF p_kind[i] = 'RELEASE' THEN posted := 0; END IF;
        v_hold := array_position(h_id, p_hold[i]);
        IF v_hold IS NULL OR h_remaining[v_hold] = 0 OR h_debit[v_hold] <> a_id[d] OR h_credit[v_hold] <> a_id[c] THEN
          v_refusal := jsonb_build_object('reason', 'HOLD_NOT_OPEN', 'holdId', p_hold[i]);
        ELSIF h_remaining[v_hold] < amount THEN
          v_refusal := jsonb_build_object('reason', 'HOLD_EXCEEDED', 'holdId', p_hold[i],
            'available', h_remaining[v_hold]::text, 'required', amount::text);
        END IF;
      END IF;
      EXIT WHEN v_refusal IS NOT NULL;

      IF v_hold IS NOT NULL THEN
        h_remaining[v_hold] := h_remaining[v_hold] - amount;
      ELSIF held > 0 THEN
        h_id := h_id || p_hold[i]; h_debit := h_debit || a_id[d]; h_credit := h_credit || a_id[c];
        h_remaining := h_remaining || amount; h_before := h_before || amount;
      END IF;
      a_posted_debits[d] := a_posted_debits[d] + posted;
      a_pending_debits[d] := a_pending_debits[d] + held;
      a_lines[d] := a_lines[d] + 1;
      l := l + 1;
      l_account[l] := d; l_number[l] := a_lines[d]; l_posting[l] := i;
      l_amount[l] := CASE WHEN a_debit_normal[d] THEN posted ELSE -posted END;
      l_posted_debits[l] := a_posted_debits[d]; l_posted_credits[l] := a_posted_credits[d];
      l_pending_debits[l] := a_pending_debits[d]; l_pending_credits[l] := a_pending_credits[d];
      a_posted_credits[c] := a_posted_credits[c] + posted;
      a_pending_credits[c] := a_pending_credits[c] + held;
      a_lines[c] := a_lines[c] + 1;
      l := l + 1;
      l_account[l] := c; l_number[l] := a_lines[c]; l_posting[l] := i;
      l_amount[l] := CASE WHEN a_debit_normal[c] THEN -posted ELSE posted END;
      l_posted_debits[l] := a_posted_debits[c]; l_posted_credits[l] := a_posted_credits[c];
      l_pending_debits[l] := a_pending_debits[c]; l_pending_credits[l] := a_pending_credits[c];
      done := i;
    END LOOP;

    -- Within an entry money may pass through an account; what counts is how each account stands at its end.
    IF v_refusal IS NULL THEN
      FOR i IN l_start + 1 .. l LOOP
        acc := l_account[i];
        CONTINUE WHEN a_overdraft[acc];
        v_available := CASE WHEN a_debit_normal[acc] THEN a_posted_debits[acc] - a_posted_credits[acc] - a_pending_credits[acc]
                            ELSE a_posted_credits[acc] - a_posted_debits[acc] - a_pending_debits[acc] END;
        IF v_available < 0 THEN
          v_refusal := jsonb_build_object('reason', 'INSUFFICIENT_FUNDS', 'accountId', a_id[acc], 'shortBy', (-v_available)::text);
          EXIT;
        END IF;
      END LOOP;
    END IF;

    e_posted[e] := v_refusal IS NULL;
    IF v_refusal IS NULL THEN
      v_posted := v_posted + 1;
      CONTINUE;
    END IF;
    -- Refused: as if it had never been, from its last posting back to the first.
    v_odd := v_odd || (v_refusal || jsonb_build_object('entry', e, 'verdict', 'REFUSED', 'entryId', e_id[e]));
    l := l_start;
    FOR i IN REVERSE done .. first LOOP
      d := p_debit[i]; c := p_credit[i]; amount := p_amount[i];
      posted := CASE WHEN p_kind[i] IN ('POST', 'CAPTURE') THEN amount ELSE 0 END;
      held := CASE p_kind[i] WHEN 'HOLD' THEN amount WHEN 'POST' THEN 0 ELSE -amount END;
      a_posted_debits[d] := a_posted_debits[d] - posted;
      a_posted_credits[c] := a_posted_credits[c] - posted;
      a_pending_debits[d] := a_pending_debits[d] - held;
      a_pending_credits[c] := a_pending_credits[c] - held;
      a_lines[d] := a_lines[d] - 1; a_lines[c] := a_lines[c] - 1;
      CONTINUE WHEN p_kind[i] = 'POST';
      v_hold := array_position(h_id, p_hold[i]);
      IF p_kind[i] = 'HOLD' THEN h_id[v_hold] := NULL;
      ELSE h_remaining[v_hold] := h_remaining[v_hold] + amount; END IF;
    END LOOP;
  END LOOP;

  IF v_posted > 0 THEN
    PERFORM set_config('koshel.posting', 'on', true);

    INSERT INTO journal_key (code, reference, entry_id)
    SELECT n.code, n.reference, n.id FROM unnest(e_id, e_code, e_reference, e_posted) AS n(id, code, reference, posted)
    WHERE n.posted
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written < v_posted THEN
      RAISE EXCEPTION 'another transaction has just posted an entry of this call' USING ERRCODE = 'serialization_failure';
    END IF;

    WITH written AS (
      INSERT INTO journal_entry (id, partner_id, code, reference, payment_id, reverses_id, occurred_at, recorded_at)
      SELECT n.id, n.partner, n.code, n.reference, n.payment, n.reverses, n.occurred, v_at
      FROM unnest(e_id, e_partner, e_code, e_reference, e_payment, e_reverses, e_occurred, e_posted) WITH ORDINALITY
        AS n(id, partner, code, reference, payment, reverses, occurred, posted, at)
      WHERE n.posted ORDER BY n.at
      RETURNING seq, id
    ) INSERT INTO journal_unsealed (seq, entry_id) SELECT seq, id FROM written;

    INSERT INTO posting (entry_id, number, kind, debit_account_id, credit_account_id, currency, amount_minor, hold_id)
    SELECT e_id[n.entry], n.number, n.kind::posting_kind, a_id[n.debit], a_id[n.credit], a_currency[n.debit], n.amount, n.hold
    FROM unnest(p_entry, p_number, p_kind, p_debit, p_credit, p_amount, p_hold)
      AS n(entry, number, kind, debit, credit, amount, hold)
    WHERE e_posted[n.entry];

    INSERT INTO account_line (account_id, number, entry_id, posting_number, kind, amount_minor,
                              posted_debits, posted_credits, pending_debits, pending_credits, recorded_at)
    SELECT a_id[n.account], n.number, e_id[p_entry[n.posting]], p_number[n.posting], p_kind[n.posting]::posting_kind, n.amount,
           n.posted_debits, n.posted_credits, n.pending_debits, n.pending_credits, v_at
    FROM unnest(l_account, l_number, l_posting, l_amount, l_posted_debits, l_posted_credits, l_pending_debits, l_pending_credits)
      WITH ORDINALITY AS n(account, number, posting, amount, posted_debits, posted_credits, pending_debits, pending_credits, at)
    WHERE n.at <= l;

    IF h_id <> '{}' THEN
      INSERT INTO hold (id, partner_id, debit_account_id, credit_account_id, currency, amount_minor, remaining_minor, state,
                        payment_id, expires_at, created_at, closed_at)
      SELECT n.hold, e_partner[n.entry], a_id[n.debit], a_id[n.credit], a_currency[n.debit], n.amount, n.amount,
             'OPEN', e_payment[n.entry], n.expires, v_at, NULL
      FROM unnest(p_entry, p_kind, p_debit, p_credit, p_amount, p_hold, p_expires)
        AS n(entry, kind, debit, credit, amount, hold, expires)
      WHERE n.kind = 'HOLD' AND e_posted[n.entry];
      UPDATE hold x SET remaining_minor = n.remaining,
        state = CASE WHEN n.remaining = 0 THEN 'CLOSED'::hold_state ELSE 'OPEN' END,
        closed_at = CASE WHEN n.remaining = 0 THEN v_at END
      FROM unnest(h_id, h_remaining, h_before) AS n(id, remaining, before) WHERE x.id = n.id AND n.remaining <> n.before;
    END IF;

    UPDATE ledger_account x SET posted_debits = n.posted_debits, posted_credits = n.posted_credits,
      pending_debits = n.pending_debits, pending_credits = n.pending_credits, lines = n.lines, last_line_at = v_at
    FROM unnest(a_id, a_posted_debits, a_posted_credits, a_pending_debits, a_pending_credits, a_lines, a_lines_before)
      AS n(id, posted_debits, posted_credits, pending_debits, pending_credits, lines, lines_before)
    WHERE x.id = n.id AND n.lines > n.lines_before;
    PERFORM set_config('koshel.posting', 'off', true);
  END IF;

  RETURN jsonb_build_object('at', v_at, 'odd', v_odd, 'counters', jsonb_build_object(
    'postedDebits', array_to_string(a_posted_debits, ' '), 'postedCredits', array_to_string(a_posted_credits, ' '),
    'pendingDebits', array_to_string(a_pending_debits, ' '), 'pendingCredits', array_to_string(a_pending_credits, ' ')));
END $$;
