-- What the database itself refuses, whatever the code above it does.

-- Rows of record only grow: a correction is a new row that names what it corrects.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: correct it by adding a row', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_transition FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Money.
ALTER TABLE ledger_account
  ADD CONSTRAINT counters_not_negative
    CHECK (posted_debits >= 0 AND posted_credits >= 0 AND pending_debits >= 0 AND pending_credits >= 0),
  -- what may not be overdrawn has at least what it has promised away
  ADD CONSTRAINT no_overdraft CHECK (overdraft OR CASE
    WHEN kind IN ('LIABILITY', 'INCOME', 'EQUITY') THEN posted_credits - posted_debits - pending_debits >= 0
    ELSE posted_debits - posted_credits - pending_credits >= 0 END);

ALTER TABLE posting
  ADD CONSTRAINT amount_positive CHECK (amount_minor > 0),
  ADD CONSTRAINT two_accounts CHECK (debit_account_id <> credit_account_id),
  ADD CONSTRAINT hold_named CHECK ((kind = 'POST') = (hold_id IS NULL)),
  -- one currency by construction: both accounts are of the posting's own
  ADD CONSTRAINT debit_account FOREIGN KEY (debit_account_id, currency) REFERENCES ledger_account (id, currency),
  ADD CONSTRAINT credit_account FOREIGN KEY (credit_account_id, currency) REFERENCES ledger_account (id, currency);

ALTER TABLE account_line ADD CONSTRAINT line_account FOREIGN KEY (account_id) REFERENCES ledger_account (id);
ALTER TABLE wallet_account ADD CONSTRAINT wallet_book FOREIGN KEY (ledger_account_id, currency) REFERENCES ledger_account (id, currency);

ALTER TABLE hold
  ADD CONSTRAINT hold_amount CHECK (amount_minor > 0 AND remaining_minor BETWEEN 0 AND amount_minor),
  ADD CONSTRAINT hold_closed CHECK ((state = 'CLOSED') = (remaining_minor = 0)),
  ADD CONSTRAINT hold_debit FOREIGN KEY (debit_account_id, currency) REFERENCES ledger_account (id, currency),
  ADD CONSTRAINT hold_credit FOREIGN KEY (credit_account_id, currency) REFERENCES ledger_account (id, currency);
CREATE INDEX hold_due ON hold (expires_at) WHERE state = 'OPEN' AND expires_at IS NOT NULL;

ALTER TABLE payment
  ADD CONSTRAINT payment_amounts CHECK (amount_minor > 0 AND fee_minor >= 0 AND refunded_minor BETWEEN 0 AND amount_minor),
  ADD CONSTRAINT payment_version CHECK (version > 0);
CREATE INDEX payment_due ON payment (expires_at) WHERE status IN ('CREATED', 'PROCESSING') AND expires_at IS NOT NULL;
CREATE UNIQUE INDEX payment_reference ON payment (partner_id, provider, reference) WHERE reference IS NOT NULL;

ALTER TABLE limit_usage ADD CONSTRAINT usage_not_negative CHECK (spent_minor >= 0 AND count >= 0);
ALTER TABLE wallet_limit ADD CONSTRAINT limit_not_negative CHECK (max_minor >= 0);

-- One open wallet per phone, partner and provider.
CREATE UNIQUE INDEX wallet_phone ON wallet (partner_id, provider, phone_hash) WHERE status <> 'CLOSED' AND phone_hash IS NOT NULL;
-- And per number at its provider, where wallets have no phone.
CREATE UNIQUE INDEX wallet_number ON wallet (partner_id, provider, number) WHERE status <> 'CLOSED' AND number IS NOT NULL;

-- One default account per partner and provider.
CREATE UNIQUE INDEX provider_account_default ON provider_account (partner_id, provider) WHERE is_default;
CREATE UNIQUE INDEX provider_account_name ON provider_account (partner_id, provider, name);
