-- A row of the event log is a run: events of one transaction that follow each other and are about the same payment, so that they have the
-- same owners. What a transfer tells is one row and one entry in each index, in place of five of each (docs/adr/0002). Positions and ids
-- that were given stay.

-- What waits is moved as it was written; nobody adds to it meanwhile.
LOCK TABLE event_outbox IN ACCESS EXCLUSIVE MODE;
DO $$
BEGIN
  WHILE event_sequence(10000) > 0 LOOP
  END LOOP;
END $$;

ALTER TABLE event_log ADD COLUMN events INTEGER NOT NULL DEFAULT 1;
ALTER TABLE event_log ALTER COLUMN events DROP DEFAULT;
-- An event's own owners and instant go where its content is. What was the only event of its row is a run of one.
ALTER TABLE event_log
  ALTER COLUMN data TYPE TEXT USING json_build_array(json_build_object('type', type, 'audience', audience, 'walletIds', wallet_ids,
    'occurredAt', to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', data))::text,
  ALTER COLUMN type TYPE TEXT[] USING ARRAY[type];
ALTER TABLE event_log RENAME COLUMN type TO types;
ALTER TABLE event_log DROP COLUMN occurred_at, DROP CONSTRAINT two_sides;
-- an event's id is the run's, but for its last digit
ALTER TABLE event_log ADD CONSTRAINT a_run CHECK (events BETWEEN 1 AND 32 AND cardinality(wallet_ids) <= 2 AND cardinality(audience) <= 2);
-- A run is not compressed unless it would not fit on a page.
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT p.name FROM event_log_partition p LOOP
    EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 8160)', name);
  END LOOP;
END $$;

-- Each event by itself, for whoever looks into the database; the gateway takes runs apart itself.
CREATE VIEW event_of_log AS
SELECT l.position - l.events + e.at AS position,
  CASE WHEN l.events = 1 THEN l.id ELSE left(l.id, -1) || substr('0123456789abcdefghjkmnpqrstvwxyz', e.at::int, 1) END AS id,
  l.partner_id, e.event ->> 'type' AS type, ARRAY(SELECT json_array_elements_text(e.event -> 'audience')) AS audience,
  ARRAY(SELECT json_array_elements_text(e.event -> 'walletIds')) AS wallet_ids, l.payment_id, e.event -> 'data' AS data,
  (e.event ->> 'occurredAt')::timestamptz AS occurred_at, l.recorded_at
FROM event_log l CROSS JOIN LATERAL json_array_elements(l.data::json) WITH ORDINALITY AS e(event, at);

-- A delivery is of an event; the row that holds it stays as long as the delivery.
ALTER TABLE webhook_delivery ADD COLUMN log_position BIGINT;
UPDATE webhook_delivery SET log_position = position;
ALTER TABLE webhook_delivery ALTER COLUMN log_position SET NOT NULL, DROP CONSTRAINT webhook_delivery_position_fkey,
  ADD CONSTRAINT webhook_delivery_log_position_fkey FOREIGN KEY (log_position) REFERENCES event_log (position)
    ON DELETE RESTRICT ON UPDATE CASCADE;
DROP INDEX webhook_delivery_position_idx;
CREATE INDEX webhook_delivery_log_position_idx ON webhook_delivery (log_position);

DROP TRIGGER fits_the_log ON event_outbox;
ALTER TABLE event_outbox DROP COLUMN data, DROP COLUMN occurred_at,
  -- how many events are in each run, and how many up to its end
  ADD COLUMN counts INTEGER[], ADD COLUMN ends INTEGER[],
  -- a line for each run, which goes into the log as it is
  ADD COLUMN data TEXT NOT NULL;
ALTER TABLE event_outbox ALTER COLUMN counts SET STORAGE EXTERNAL, ALTER COLUMN ends SET STORAGE EXTERNAL,
  ALTER COLUMN data SET STORAGE EXTERNAL;

-- What could not stand in the log is refused in the outbox, where it would be in the way of all that follows.
CREATE OR REPLACE FUNCTION refuse_misfit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  runs constant integer := cardinality(NEW.ids);
BEGIN
  IF (NEW.events > 0 AND array_position(NEW.ids, NULL) IS NULL
    AND cardinality(NEW.partner_ids) = runs AND array_position(NEW.partner_ids, NULL) IS NULL
    AND cardinality(NEW.types) = runs AND array_position(NEW.types, NULL) IS NULL
    AND cardinality(NEW.first_customer_ids) = runs AND cardinality(NEW.second_customer_ids) = runs
    AND cardinality(NEW.first_wallet_ids) = runs AND cardinality(NEW.second_wallet_ids) = runs
    AND cardinality(NEW.payment_ids) = runs AND cardinality(string_to_array(NEW.data, E'\n')) = runs
    AND cardinality(NEW.counts) = runs AND NEW.ends[runs] = NEW.events
    AND 1 <= ALL (NEW.counts) AND 32 >= ALL (NEW.counts)
    AND NEW.ends = ARRAY(SELECT (sum(n.count) OVER (ORDER BY n.at))::int FROM unnest(NEW.counts) WITH ORDINALITY AS n(count, at))
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'a row of event_outbox is as many runs as each of its lists is long, and each has an id, a partner, types and a line of content'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'fits_the_log';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fits_the_log BEFORE INSERT OR UPDATE ON event_outbox FOR EACH ROW EXECUTE FUNCTION refuse_misfit();

-- As before, for runs: a row's position is that of its last event, so that what is past a position is found by position.
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
      INSERT INTO event_log (position, events, id, partner_id, types, audience, wallet_ids, payment_id, data, recorded_at)
      SELECT here + t.before + r.ends, r.events, r.id, r.partner_id, string_to_array(r.types, ','),
        array_remove(ARRAY[r.customer_1, r.customer_2], NULL), array_remove(ARRAY[r.wallet_1, r.wallet_2], NULL), r.payment_id, r.data,
        o.recorded_at
      FROM unnest(taken, before) AS t(seq, before) JOIN event_outbox o ON o.seq = t.seq,
        ROWS FROM (unnest(o.ids, o.partner_ids, o.types, o.first_customer_ids, o.second_customer_ids, o.first_wallet_ids,
          o.second_wallet_ids, o.payment_ids, o.counts, o.ends), string_to_table(o.data, E'\n'))
          AS r(id, partner_id, types, customer_1, customer_2, wallet_1, wallet_2, payment_id, events, ends, data);
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

-- As before; what is not compressed in one partition is not in the next either.
CREATE OR REPLACE FUNCTION event_log_make_room(room bigint) RETURNS void LANGUAGE plpgsql AS $$
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
    EXECUTE format('CREATE TABLE %I (LIKE event_log INCLUDING ALL) WITH (toast_tuple_target = 8160)', name);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (id)', name || '_id_key', name);
    EXECUTE format('ALTER TABLE event_log ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, last.past, last.past + step);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT
      EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END $$;
