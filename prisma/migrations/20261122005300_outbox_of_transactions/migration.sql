-- A row of the outbox is what one transaction appends, however many events that is: it is written once, read once and deleted once
-- (docs/adr/0002).

CREATE TABLE event_outbox_of_transactions (
  seq BIGSERIAL NOT NULL,
  -- how many; each array has one element for each of them
  events INTEGER NOT NULL,
  ids TEXT[],
  partner_ids TEXT[],
  types TEXT[],
  -- two customers and two wallets at most: the log is read by index of either
  first_customer_ids TEXT[],
  second_customer_ids TEXT[],
  first_wallet_ids TEXT[],
  second_wallet_ids TEXT[],
  payment_ids TEXT[],
  data JSONB NOT NULL,
  occurred_at TIMESTAMPTZ(6)[],
  recorded_at TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT outbox_pkey PRIMARY KEY (seq)
);
INSERT INTO event_outbox_of_transactions
SELECT seq, 1, ARRAY[id], ARRAY[partner_id], ARRAY[type], ARRAY[audience[1]], ARRAY[audience[2]], ARRAY[wallet_ids[1]],
  ARRAY[wallet_ids[2]], ARRAY[payment_id], jsonb_build_array(data), ARRAY[occurred_at], recorded_at
FROM event_outbox;
SELECT setval('event_outbox_of_transactions_seq_seq', nextval('event_outbox_seq_seq'));
DROP TABLE event_outbox;
ALTER TABLE event_outbox_of_transactions RENAME TO event_outbox;
ALTER TABLE event_outbox RENAME CONSTRAINT outbox_pkey TO event_outbox_pkey;
ALTER SEQUENCE event_outbox_of_transactions_seq_seq RENAME TO event_outbox_seq_seq;

-- What could not stand in the log is refused here: there it would be in the way of all that follows.
ALTER TABLE event_outbox ADD CONSTRAINT fits_the_log CHECK ((
  events > 0 AND jsonb_array_length(data) = events
  AND cardinality(ids) = events AND cardinality(partner_ids) = events AND cardinality(types) = events
  AND cardinality(first_customer_ids) = events AND cardinality(second_customer_ids) = events
  AND cardinality(first_wallet_ids) = events AND cardinality(second_wallet_ids) = events
  AND cardinality(payment_ids) = events AND cardinality(occurred_at) = events
  AND array_position(ids, NULL) IS NULL AND array_position(partner_ids, NULL) IS NULL AND array_position(types, NULL) IS NULL
  AND array_position(occurred_at, NULL) IS NULL
) IS TRUE);

-- Rows pass through in milliseconds: compressing them would cost more than writing them out; and what they leave behind is swept
-- before scans have to walk over it.
ALTER TABLE event_outbox
  ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN partner_ids SET STORAGE EXTERNAL, ALTER COLUMN types SET STORAGE EXTERNAL,
  ALTER COLUMN first_customer_ids SET STORAGE EXTERNAL, ALTER COLUMN second_customer_ids SET STORAGE EXTERNAL,
  ALTER COLUMN first_wallet_ids SET STORAGE EXTERNAL, ALTER COLUMN second_wallet_ids SET STORAGE EXTERNAL,
  ALTER COLUMN payment_ids SET STORAGE EXTERNAL, ALTER COLUMN data SET STORAGE EXTERNAL,
  ALTER COLUMN occurred_at SET STORAGE EXTERNAL;
ALTER TABLE event_outbox SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);

-- Moves what is committed in the outbox to the log, oldest first, and wakes the tails: whole rows, until `batch` events are moved or
-- none is left. Answers how many were moved; less than `batch` when none is left.
-- Any session may call it at any time. The lock is blocking on purpose: the loser of a try-lock would leave behind what was
-- committed after the winner's snapshot. It is held inside one statement only, so a client that dies cannot keep it.
CREATE OR REPLACE FUNCTION event_sequence(batch integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  here bigint;
  taken bigint[];
  -- how many events stand before those of each row
  before bigint[];
  moved bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM event_outbox) THEN
    RETURN 0;
  END IF;
  PERFORM pg_advisory_xact_lock(7305441002);
  -- a new statement, hence a snapshot taken under the lock: the positions of the sequencer before us are visible
  SELECT array_agg(o.seq), array_agg(o.before), max(o.before + o.events) INTO taken, before, moved
  FROM (SELECT x.seq, x.events, sum(x.events) OVER (ORDER BY x.seq) - x.events AS before
        FROM (SELECT seq, events FROM event_outbox ORDER BY seq LIMIT batch) AS x) AS o
  WHERE o.before < batch;
  IF taken IS NULL THEN
    RETURN 0;
  END IF;
  SELECT coalesce(max(position), 0) INTO here FROM event_log;
  FOR tries IN 1 .. 2 LOOP
    BEGIN
      INSERT INTO event_log (position, id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
      SELECT here + t.before + e.at, e.id, e.partner_id, e.type, array_remove(ARRAY[e.customer_1, e.customer_2], NULL),
        array_remove(ARRAY[e.wallet_1, e.wallet_2], NULL), e.payment_id, e.data, e.occurred_at, o.recorded_at
      FROM unnest(taken, before) AS t(seq, before) JOIN event_outbox o ON o.seq = t.seq,
        ROWS FROM (unnest(o.ids, o.partner_ids, o.types, o.first_customer_ids, o.second_customer_ids, o.first_wallet_ids,
          o.second_wallet_ids, o.payment_ids, o.occurred_at), jsonb_array_elements(o.data)) WITH ORDINALITY
          AS e(id, partner_id, type, customer_1, customer_2, wallet_1, wallet_2, payment_id, occurred_at, data, at);
      EXIT;
    EXCEPTION WHEN check_violation THEN
      -- no partition has room for all of them
      IF tries = 2 THEN
        RAISE;
      END IF;
      PERFORM event_log_make_room(moved);
    END;
  END LOOP;
  DELETE FROM event_outbox WHERE seq = ANY (taken);
  PERFORM pg_notify('koshel_event_log', '');
  RETURN moved;
END $$;
