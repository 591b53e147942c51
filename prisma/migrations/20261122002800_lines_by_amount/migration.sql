-- What a line of a history that numbers nothing may belong to, and which lines of an amount are taken, without reading a partner's payments.

DROP INDEX payment_history_lines;
CREATE INDEX payment_history_lines ON payment (partner_id, provider, amount_minor, completed_at) WHERE history_reference IS NOT NULL;
CREATE INDEX payment_carried ON payment (provider_account_id, amount_minor, confirmed_at) WHERE provider_account_id IS NOT NULL;
-- which payments through an account are under way
CREATE INDEX payment_under_way ON payment (provider_account_id) WHERE status = 'PROCESSING' AND provider_account_id IS NOT NULL;
