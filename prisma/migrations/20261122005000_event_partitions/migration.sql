-- The event log in partitions by position, so that the retention drops tables (docs/adr/0015). What is there becomes the first.

ALTER TABLE webhook_delivery DROP CONSTRAINT webhook_delivery_position_fkey;
DROP TRIGGER append_only ON event_log;
DROP TRIGGER oldest_first ON event_log;
-- A wallet and a customer read in order of position, not by collecting all that is theirs: an event has two of each at most.
DROP INDEX event_log_wallet_ids_idx;
DROP INDEX event_log_audience_idx;
ALTER TABLE event_outbox ADD CONSTRAINT two_sides CHECK (cardinality(wallet_ids) <= 2 AND cardinality(audience) <= 2);

ALTER TABLE event_log RENAME TO event_log_p1;
ALTER TABLE event_log_p1 RENAME CONSTRAINT event_log_pkey TO event_log_p1_pkey;
ALTER INDEX event_log_id_key RENAME TO event_log_p1_id_key;
ALTER INDEX event_log_partner_id_position_idx RENAME TO event_log_p1_partner_id_position_idx;
ALTER INDEX event_log_payment_id_position_idx RENAME TO event_log_p1_payment_id_position_idx;

CREATE TABLE event_log (LIKE event_log_p1 INCLUDING DEFAULTS, CONSTRAINT event_log_pkey PRIMARY KEY (position),
  CONSTRAINT two_sides CHECK (cardinality(wallet_ids) <= 2 AND cardinality(audience) <= 2)) PARTITION BY RANGE (position);
ALTER TABLE event_log_p1 ADD CONSTRAINT two_sides CHECK (cardinality(wallet_ids) <= 2 AND cardinality(audience) <= 2);
CREATE INDEX event_log_partner_id_position_idx ON event_log (partner_id, position);
CREATE INDEX event_log_payment_id_position_idx ON event_log (payment_id, position) WHERE payment_id IS NOT NULL;
CREATE INDEX event_log_wallet_1 ON event_log ((wallet_ids[1]), position) WHERE wallet_ids[1] IS NOT NULL;
CREATE INDEX event_log_wallet_2 ON event_log ((wallet_ids[2]), position) WHERE wallet_ids[2] IS NOT NULL;
CREATE INDEX event_log_customer_1 ON event_log ((audience[1]), position) WHERE audience[1] IS NOT NULL;
CREATE INDEX event_log_customer_2 ON event_log ((audience[2]), position) WHERE audience[2] IS NOT NULL;
DROP INDEX event_log_p1_payment_id_position_idx;

-- Which partitions there are, as the catalog has them: positions from `first` to the one before `past`.
CREATE VIEW event_log_partition AS
SELECT c.relname::text AS name, (regexp_match(b.bound, 'FROM \(''?(\d+)'))[1]::bigint AS first,
  (regexp_match(b.bound, 'TO \(''?(\d+)'))[1]::bigint AS past, i.inhdetachpending AS leaving
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid)) AS b(bound)
WHERE i.inhparent = 'event_log'::regclass;

DO $$
DECLARE
  step constant bigint := 100000;
  past bigint;
BEGIN
  SELECT ((coalesce(max(position), 0) / step) + 1) * step + 1 INTO past FROM event_log_p1;
  EXECUTE format('ALTER TABLE event_log ATTACH PARTITION event_log_p1 FOR VALUES FROM (1) TO (%s)', past);
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON event_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER oldest_first AFTER DELETE ON event_log REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_gap();
-- rows leave through the log, where the rules are
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log_p1 FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_position_fkey
  FOREIGN KEY (position) REFERENCES event_log (position) ON DELETE RESTRICT ON UPDATE CASCADE;

-- Makes the next partition when less than `room` positions are left: about a week of events at the rate of the last partition, ten
-- times as many as that one has at most (a burst is no rate), and never less than 100,000. Called under the sequencer's lock. ATTACH leaves readers and writers alone, which CREATE … PARTITION OF
-- would not. An id is drawn once and moved once; the index of each partition stands behind that.
CREATE FUNCTION event_log_make_room(room bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  fewest constant bigint := 100000;
  most constant bigint := 1000000000;
  last event_log_partition;
  here bigint;
  since timestamptz;
  step bigint;
  name text;
BEGIN
  LOOP
    SELECT * INTO last FROM event_log_partition ORDER BY past DESC LIMIT 1;
    SELECT coalesce(max(position), 0) INTO here FROM event_log;
    EXIT WHEN last.past - 1 - here >= room;
    SELECT min(recorded_at) INTO since FROM event_log
      WHERE position = (SELECT min(position) FROM event_log WHERE position >= last.first);
    step := fewest;
    IF since IS NOT NULL THEN
      step := (here - last.first + 1) / greatest(extract(epoch FROM clock_timestamp() - since), 1) * 7 * 86400;
      step := least(fewest * ((step + fewest - 1) / fewest), 10 * (last.past - last.first), most);
      step := greatest(step, fewest);
    END IF;
    name := 'event_log_p' || last.past;
    EXECUTE format('CREATE TABLE %I (LIKE event_log INCLUDING ALL)', name);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (id)', name || '_id_key', name);
    EXECUTE format('ALTER TABLE event_log ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, last.past, last.past + step);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT
      EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END $$;

-- As before, and where the last partition is full the next one is made first.
CREATE OR REPLACE FUNCTION event_sequence(batch integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  here bigint;
  moved bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM event_outbox) THEN
    RETURN 0;
  END IF;
  PERFORM pg_advisory_xact_lock(7305441002);
  -- a new statement, hence a snapshot taken under the lock: the positions of the sequencer before us are visible
  SELECT coalesce(max(position), 0) INTO here FROM event_log;
  FOR tries IN 1 .. 2 LOOP
    BEGIN
      WITH taken AS (
        DELETE FROM event_outbox WHERE seq IN (SELECT seq FROM event_outbox ORDER BY seq LIMIT batch) RETURNING *
      )
      INSERT INTO event_log (position, id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at)
      SELECT here + row_number() OVER (ORDER BY seq),
        id, partner_id, type, audience, wallet_ids, payment_id, data, occurred_at, recorded_at
      FROM taken;
      GET DIAGNOSTICS moved = ROW_COUNT;
      EXIT;
    EXCEPTION WHEN check_violation THEN
      -- no partition has room for all of them
      IF tries = 2 THEN
        RAISE;
      END IF;
      PERFORM event_log_make_room(batch);
    END;
  END LOOP;
  IF moved > 0 THEN
    PERFORM pg_notify('koshel_event_log', '');
  END IF;
  RETURN moved;
END $$;
