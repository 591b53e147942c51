-- The event log: dense positions in the order of commit (docs/adr/0002).

-- Moves what is committed in the outbox to the log, oldest first, `batch` rows at most, and wakes the tails.
-- Any session may call it at any time. The lock is blocking on purpose: the loser of a try-lock would leave behind what was
-- committed after the winner's snapshot. It is held inside one statement only, so a client that dies cannot keep it.
CREATE FUNCTION event_sequence(batch integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM event_outbox) THEN
    RETURN 0;
  END IF;
  PERFORM pg_advisory_xact_lock(7305441002);
  -- a new statement, hence a snapshot taken under the lock: the positions of the sequencer before us are visible
  WITH taken AS (
    DELETE FROM event_outbox WHERE seq IN (SELECT seq FROM event_outbox ORDER BY seq LIMIT batch) RETURNING *
  )
  INSERT INTO event_log (position, id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
  SELECT (SELECT coalesce(max(position), 0) FROM event_log) + row_number() OVER (ORDER BY seq),
    id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at
  FROM taken;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved > 0 THEN
    PERFORM pg_notify('koshel_event_log', '');
  END IF;
  RETURN moved;
END $$;

-- Rows pass through the outbox in milliseconds; what they leave behind is swept before scans have to walk over it.
ALTER TABLE event_outbox SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);

-- Retention: the log may be shortened from its oldest end, and never emptied, because its last row says which position
-- is next. Everything else is still refused.
CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone) AND (NOT EXISTS (SELECT FROM event_log)
    OR EXISTS (SELECT FROM event_log WHERE position < (SELECT max(position) FROM gone))) THEN
    RAISE EXCEPTION 'event_log is shortened from its oldest end only, and never emptied' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER append_only ON event_log;
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON event_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER oldest_first AFTER DELETE ON event_log REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_gap();
