-- The only writer of the ledger. One call posts a list of journal entries in one round trip; each entry gets a verdict of its
-- own and a refused one leaves no trace, so that strangers may share a call (group commit).
--
-- p_accounts  [{id, partnerId, code, kind, currency, walletId, overdraft}], sorted by id; made here when they are new
-- p_entries   [{id, partnerId, code, reference, paymentId, reversesId, occurredAt}]
-- p_postings  [{entry, kind, debit, credit, amount, holdId, expiresAt}]; `entry`, `debit` and `credit` are positions (from 1)
--             in p_entries and p_accounts; postings of one entry stand together, in the order of p_entries
--
-- Answers {"at": instant, "verdicts": [...], "accounts": [...]}: one verdict per entry (POSTED, REPLAYED, CONFLICT, or REFUSED
-- with a reason and the posting it is about), and each account's counters afterwards.
CREATE FUNCTION ledger_post(p_accounts jsonb, p_entries jsonb, p_postings jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  -- accounts, by position
  a_id text[]; a_currency text[]; a_debit_normal boolean[]; a_overdraft boolean[]; a_closed boolean[];
  a_posted_debits bigint[]; a_posted_credits bigint[]; a_pending_debits bigint[]; a_pending_credits bigint[];
  a_lines bigint[]; a_lines_before bigint[];
  -- entries, by position
  e_id text[]; e_twin text[]; e_verdict jsonb[];
  -- postings, by position; p_first[e] .. p_last[e] are those of entry e
  p_entry int[]; p_kind text[]; p_debit int[]; p_credit int[]; p_amount bigint[]; p_hold text[]; p_expires timestamptz[];
  p_first int[]; p_last int[];
  -- holds, by position
  h_id text[]; h_debit text[]; h_credit text[]; h_remaining bigint[];
  -- account lines to write, l of them
  l_account int[]; l_number bigint[]; l_posting int[]; l_amount bigint[];
  l_posted_debits bigint[]; l_posted_credits bigint[]; l_pending_debits bigint[]; l_pending_credits bigint[];
  l int := 0; l_start int;
  v_at timestamptz; v_refusal jsonb; v_hold int; v_available bigint;
  e int; i int; done int; d int; c int; amount bigint; side int; acc int; sign int; posted bigint; held bigint;
BEGIN
  INSERT INTO ledger_account (id, partner_id, code, kind, currency, wallet_id, overdraft)
  SELECT n.id, n."partnerId", n.code, n.kind, n.currency, n."walletId", n.overdraft
  FROM jsonb_to_recordset(p_accounts)
    AS n(id text, "partnerId" text, code text, kind ledger_account_kind, currency text, "walletId" text, overdraft boolean)
  ORDER BY n.id COLLATE "C"
  ON CONFLICT DO NOTHING;

  -- Locks in id order: two calls that share accounts wait for each other and never deadlock.
  SELECT array_agg(x.id), array_agg(x.currency), array_agg(x.kind IN ('ASSET', 'EXPENSE')), array_agg(x.overdraft),
         array_agg(x.closed_at IS NOT NULL), array_agg(x.posted_debits), array_agg(x.posted_credits),
         array_agg(x.pending_debits), array_agg(x.pending_credits), array_agg(x.lines), max(x.last_line_at)
  INTO a_id, a_currency, a_debit_normal, a_overdraft, a_closed, a_posted_debits, a_posted_credits, a_pending_debits,
       a_pending_credits, a_lines, v_at
  FROM (
    SELECT * FROM ledger_account
    WHERE id IN (SELECT n.id FROM jsonb_to_recordset(p_accounts) AS n(id text))
    ORDER BY id COLLATE "C" FOR NO KEY UPDATE
  ) x;
  a_lines_before := a_lines;
  -- An account's lines never go back in time, even when the machine's clock does.
  -- Milliseconds, the finest instant that callers can name: a balance asked for at an answer's `at` includes the answer.
  v_at := greatest(date_trunc('milliseconds', clock_timestamp()), v_at);

  SELECT array_agg(n.id ORDER BY n.at),
         array_agg((SELECT j.id FROM journal_entry j WHERE j.code = n.code AND j.reference = n.reference) ORDER BY n.at)
  INTO e_id, e_twin
  FROM ROWS FROM (jsonb_to_recordset(p_entries) AS (id text, code text, reference text)) WITH ORDINALITY
    AS n(id, code, reference, at);

  SELECT array_agg(n.entry ORDER BY n.at), array_agg(n.kind ORDER BY n.at), array_agg(n.debit ORDER BY n.at),
         array_agg(n.credit ORDER BY n.at), array_agg(n.amount ORDER BY n.at), array_agg(n.hold_id ORDER BY n.at),
         array_agg(n.expires_at ORDER BY n.at)
  INTO p_entry, p_kind, p_debit, p_credit, p_amount, p_hold, p_expires
  FROM ROWS FROM (jsonb_to_recordset(p_postings)
      AS (entry int, kind text, debit int, credit int, amount bigint, "holdId" text, "expiresAt" timestamptz)) WITH ORDINALITY
    AS n(entry, kind, debit, credit, amount, hold_id, expires_at, at);
  FOR i IN 1 .. cardinality(p_entry) LOOP
    IF i = 1 OR p_entry[i] <> p_entry[i - 1] THEN p_first[p_entry[i]] := i; END IF;
    p_last[p_entry[i]] := i;
  END LOOP;

  -- A hold is only ever touched together with its accounts, so their locks guard it too.
  SELECT coalesce(array_agg(x.id), '{}'), array_agg(x.debit_account_id), array_agg(x.credit_account_id), array_agg(x.remaining_minor)
  INTO h_id, h_debit, h_credit, h_remaining
  FROM hold x WHERE x.id = ANY (p_hold) AND x.state = 'OPEN';

  FOR e IN 1 .. cardinality(e_id) LOOP
    IF e_twin[e] IS NOT NULL THEN
      e_verdict[e] := jsonb_build_object('entryId', e_twin[e], 'verdict',
        CASE WHEN ledger_same_postings(e_twin[e], e, p_accounts, p_postings) THEN 'REPLAYED' ELSE 'CONFLICT' END);
      CONTINUE;
    END IF;

    v_refusal := NULL; l_start := l; done := p_first[e] - 1;
    FOR i IN p_first[e] .. p_last[e] LOOP
      d := p_debit[i]; c := p_credit[i]; amount := p_amount[i]; v_hold := NULL;
      IF a_closed[d] OR a_closed[c] THEN
        v_refusal := jsonb_build_object('reason', 'ACCOUNT_CLOSED', 'accountId', a_id[CASE WHEN a_closed[d] THEN d ELSE c END]);
      ELSIF a_currency[d] <> a_currency[c] THEN
        v_refusal := jsonb_build_object('reason', 'CURRENCY_MISMATCH', 'accountId', a_id[c]);
      ELSIF p_kind[i] IN ('CAPTURE', 'RELEASE') THEN
        v_hold := array_position(h_id, p_hold[i]);
        IF v_hold IS NULL OR h_debit[v_hold] <> a_id[d] OR h_credit[v_hold] <> a_id[c] THEN
          v_refusal := jsonb_build_object('reason', 'HOLD_NOT_OPEN', 'holdId', p_hold[i]);
        ELSIF h_remaining[v_hold] < amount THEN
          v_refusal := jsonb_build_object('reason', 'HOLD_EXCEEDED', 'holdId', p_hold[i],
            'available', h_remaining[v_hold]::text, 'required', amount::text);
        END IF;
      END IF;
      EXIT WHEN v_refusal IS NOT NULL;

      posted := CASE WHEN p_kind[i] IN ('POST', 'CAPTURE') THEN amount ELSE 0 END;
      held := CASE p_kind[i] WHEN 'HOLD' THEN amount WHEN 'POST' THEN 0 ELSE -amount END;
      a_posted_debits[d] := a_posted_debits[d] + posted;
      a_posted_credits[c] := a_posted_credits[c] + posted;
      a_pending_debits[d] := a_pending_debits[d] + held;
      a_pending_credits[c] := a_pending_credits[c] + held;
      IF p_kind[i] = 'HOLD' THEN
        h_id := h_id || p_hold[i]; h_debit := h_debit || a_id[d]; h_credit := h_credit || a_id[c];
        h_remaining := h_remaining || amount;
      ELSIF v_hold IS NOT NULL THEN
        h_remaining[v_hold] := h_remaining[v_hold] - amount;
      END IF;

      FOR side IN 1 .. 2 LOOP
        acc := CASE side WHEN 1 THEN d ELSE c END;
        l := l + 1;
        a_lines[acc] := a_lines[acc] + 1;
        l_account[l] := acc; l_number[l] := a_lines[acc]; l_posting[l] := i;
        l_amount[l] := CASE WHEN (side = 1) = a_debit_normal[acc] THEN posted ELSE -posted END;
        l_posted_debits[l] := a_posted_debits[acc]; l_posted_credits[l] := a_posted_credits[acc];
        l_pending_debits[l] := a_pending_debits[acc]; l_pending_credits[l] := a_pending_credits[acc];
      END LOOP;
      done := i;
    END LOOP;

    -- Within an entry money may pass through an account; what counts is how each account stands at its end.
    IF v_refusal IS NULL THEN
      FOR i IN p_first[e] .. p_last[e] LOOP
        FOR side IN 1 .. 2 LOOP
          acc := CASE side WHEN 1 THEN p_debit[i] ELSE p_credit[i] END;
          CONTINUE WHEN a_overdraft[acc];
          v_available := CASE WHEN a_debit_normal[acc] THEN a_posted_debits[acc] - a_posted_credits[acc] - a_pending_credits[acc]
                              ELSE a_posted_credits[acc] - a_posted_debits[acc] - a_pending_debits[acc] END;
          IF v_available < 0 THEN
            v_refusal := jsonb_build_object('reason', 'INSUFFICIENT_FUNDS', 'accountId', a_id[acc], 'shortBy', (-v_available)::text);
          END IF;
        END LOOP;
        EXIT WHEN v_refusal IS NOT NULL;
      END LOOP;
    END IF;

    IF v_refusal IS NULL THEN
      e_verdict[e] := jsonb_build_object('verdict', 'POSTED', 'entryId', e_id[e]);
      CONTINUE;
    END IF;
    -- Refused: as if it had never been.
    e_verdict[e] := v_refusal || jsonb_build_object('verdict', 'REFUSED', 'entryId', e_id[e]);
    l := l_start;
    FOR i IN p_first[e] .. done LOOP
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

  IF l > 0 THEN
    INSERT INTO journal_entry (id, partner_id, code, reference, payment_id, reverses_id, occurred_at, recorded_at)
    SELECT n.id, n."partnerId", n.code, n.reference, n."paymentId", n."reversesId", n."occurredAt", v_at
    FROM ROWS FROM (jsonb_to_recordset(p_entries) AS (id text, "partnerId" text, code text, reference text, "paymentId" text,
        "reversesId" text, "occurredAt" timestamptz)) WITH ORDINALITY
      AS n(id, "partnerId", code, reference, "paymentId", "reversesId", "occurredAt", at)
    WHERE e_verdict[n.at]->>'verdict' = 'POSTED' ORDER BY n.at;

    INSERT INTO posting (entry_id, number, kind, debit_account_id, credit_account_id, currency, amount_minor, hold_id)
    SELECT e_id[p_entry[n]], n - p_first[p_entry[n]] + 1, p_kind[n]::posting_kind, a_id[p_debit[n]], a_id[p_credit[n]],
           a_currency[p_debit[n]], p_amount[n], p_hold[n]
    FROM generate_series(1, cardinality(p_entry)) n WHERE e_verdict[p_entry[n]]->>'verdict' = 'POSTED';

    INSERT INTO account_line (account_id, number, entry_id, posting_number, kind, amount_minor,
                              posted_debits, posted_credits, pending_debits, pending_credits, recorded_at)
    SELECT a_id[l_account[n]], l_number[n], e_id[p_entry[l_posting[n]]], l_posting[n] - p_first[p_entry[l_posting[n]]] + 1,
           p_kind[l_posting[n]]::posting_kind, l_amount[n],
           l_posted_debits[n], l_posted_credits[n], l_pending_debits[n], l_pending_credits[n], v_at
    FROM generate_series(1, l) n;

    INSERT INTO hold (id, partner_id, debit_account_id, credit_account_id, currency, amount_minor, remaining_minor, state,
                      payment_id, expires_at, created_at, closed_at)
    SELECT p_hold[n], n_entry."partnerId", a_id[p_debit[n]], a_id[p_credit[n]], a_currency[p_debit[n]], p_amount[n], p_amount[n],
           'OPEN', n_entry."paymentId", p_expires[n], v_at, NULL
    FROM generate_series(1, cardinality(p_entry)) n,
      LATERAL jsonb_to_record(p_entries -> (p_entry[n] - 1)) AS n_entry("partnerId" text, "paymentId" text)
    WHERE p_kind[n] = 'HOLD' AND e_verdict[p_entry[n]]->>'verdict' = 'POSTED';
    UPDATE hold x SET remaining_minor = h_remaining[n],
      state = CASE WHEN h_remaining[n] = 0 THEN 'CLOSED'::hold_state ELSE 'OPEN' END,
      closed_at = CASE WHEN h_remaining[n] = 0 THEN v_at END
    FROM generate_series(1, cardinality(h_id)) n WHERE x.id = h_id[n] AND x.remaining_minor <> h_remaining[n];

    UPDATE ledger_account x SET posted_debits = a_posted_debits[n], posted_credits = a_posted_credits[n],
      pending_debits = a_pending_debits[n], pending_credits = a_pending_credits[n], lines = a_lines[n], last_line_at = v_at
    FROM generate_series(1, cardinality(a_id)) n WHERE x.id = a_id[n] AND a_lines[n] > a_lines_before[n];

    INSERT INTO journal_unsealed (seq, entry_id)
    SELECT j.seq, j.id FROM journal_entry j WHERE j.id = ANY (e_id) ORDER BY j.seq;
  END IF;

  RETURN jsonb_build_object('at', v_at, 'verdicts', to_jsonb(e_verdict), 'accounts', (
    SELECT jsonb_agg(jsonb_build_object('id', a_id[n], 'postedDebits', a_posted_debits[n]::text, 'postedCredits', a_posted_credits[n]::text,
      'pendingDebits', a_pending_debits[n]::text, 'pendingCredits', a_pending_credits[n]::text) ORDER BY n)
    FROM generate_series(1, cardinality(a_id)) n));
END $$;

-- Are the postings that entry p_entry_id already has those that the call brings for its entry at position p_at?
-- (A new hold's own id is chosen by each call, so it does not count.)
CREATE FUNCTION ledger_same_postings(p_entry_id text, p_at int, p_accounts jsonb, p_postings jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT (
    SELECT jsonb_agg(jsonb_build_array(p.kind::text, p.debit_account_id, p.credit_account_id, p.amount_minor,
        CASE WHEN p.kind <> 'HOLD' THEN p.hold_id END) ORDER BY p.number)
    FROM posting p WHERE p.entry_id = p_entry_id
  ) = (
    SELECT jsonb_agg(jsonb_build_array(n.kind, p_accounts -> (n.debit - 1) ->> 'id', p_accounts -> (n.credit - 1) ->> 'id', n.amount,
        CASE WHEN n.kind <> 'HOLD' THEN n.hold_id END) ORDER BY n.at)
    FROM ROWS FROM (jsonb_to_recordset(p_postings) AS (entry int, kind text, debit int, credit int, amount bigint, "holdId" text))
      WITH ORDINALITY AS n(entry, kind, debit, credit, amount, hold_id, at)
    WHERE n.entry = p_at
  );
$$;
