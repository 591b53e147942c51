-- What an event carries is kept as it was written: nobody looks into it here, and taking it apart and putting it together again was a
-- good part of what an event cost.
ALTER TABLE event_outbox DROP CONSTRAINT fits_the_log;
ALTER TABLE event_outbox ALTER COLUMN data TYPE JSON USING data::text::json;
ALTER TABLE event_outbox ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE event_log ALTER COLUMN data TYPE JSON USING data::text::json;

-- What could not stand in the log is refused by a trigger in place of a constraint: the text of a constraint is read anew for each
-- statement, and of one as long as this that took a quarter of the time of writing a row.
CREATE FUNCTION refuse_misfit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.events > 0 AND json_array_length(NEW.data) = NEW.events
    AND cardinality(NEW.ids) = NEW.events AND array_position(NEW.ids, NULL) IS NULL
    AND cardinality(NEW.partner_ids) = NEW.events AND array_position(NEW.partner_ids, NULL) IS NULL
    AND cardinality(NEW.types) = NEW.events AND array_position(NEW.types, NULL) IS NULL
    AND cardinality(NEW.first_customer_ids) = NEW.events AND cardinality(NEW.second_customer_ids) = NEW.events
    AND cardinality(NEW.first_wallet_ids) = NEW.events AND cardinality(NEW.second_wallet_ids) = NEW.events
    AND cardinality(NEW.payment_ids) = NEW.events
    AND cardinality(NEW.occurred_at) = NEW.events AND array_position(NEW.occurred_at, NULL) IS NULL
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'a row of event_outbox is as many events as each of its lists is long, and each has an id, a partner, a type and an instant'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'fits_the_log';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fits_the_log BEFORE INSERT OR UPDATE ON event_outbox FOR EACH ROW EXECUTE FUNCTION refuse_misfit();

-- As before, for JSON.
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
          o.second_wallet_ids, o.payment_ids, o.occurred_at), json_array_elements(o.data)) WITH ORDINALITY
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
