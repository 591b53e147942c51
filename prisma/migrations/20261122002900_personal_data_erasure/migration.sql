-- Erasure of a customer's personal data (docs/personal-data.md).

ALTER TABLE "customer" ADD COLUMN "erased_at" TIMESTAMPTZ(6);
ALTER TABLE "customer" ADD CONSTRAINT erased_is_empty
  CHECK (erased_at IS NULL OR (person_sealed IS NULL AND notification_channel = 'NONE'));

-- A timeline stays append-only, but for the words that people wrote on it: they may go, and nothing else with them.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.message IS NULL AND to_jsonb(NEW) - 'message' = to_jsonb(OLD) - 'message' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: only its message can be erased', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER append_only ON payment_transition;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON payment_transition FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erased_only BEFORE UPDATE ON payment_transition FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
