-- Lines of histories that number nothing: which line proves a payment, and which one undid it. A line belongs to one payment.

ALTER TABLE "payment" ADD COLUMN "history_reference" TEXT, ADD COLUMN "reversal_reference" TEXT;

CREATE UNIQUE INDEX payment_history_reference ON payment (partner_id, provider, history_reference) WHERE history_reference IS NOT NULL;
CREATE UNIQUE INDEX payment_reversal_reference ON payment (partner_id, provider, reversal_reference) WHERE reversal_reference IS NOT NULL;
-- which lines of an amount are taken
CREATE INDEX payment_history_lines ON payment (provider_account_id, amount_minor, completed_at) WHERE history_reference IS NOT NULL;
