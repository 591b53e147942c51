-- That the payment of a timeline's row is there is looked up once for all rows of a statement, in place of by a foreign key once for each
-- and with a lock: payments neither go nor change their id, so whoever is found stays.
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER same_payment BEFORE UPDATE OF id ON payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_orphans() RETURNS trigger LANGUAGE plpgsql
-- by key, whatever the statistics said when it was planned
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  -- a subquery that answers a value is looked up for each row, where a join might read all payments
  IF EXISTS (SELECT FROM (SELECT DISTINCT payment_id FROM added) AS a WHERE (SELECT p.id FROM payment p WHERE p.id = a.payment_id) IS NULL) THEN
    RAISE EXCEPTION '% is of a payment that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
ALTER TABLE payment_transition DROP CONSTRAINT payment_transition_payment_id_fkey;
CREATE TRIGGER of_payment AFTER INSERT ON payment_transition REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans();
