-- Cards that a provider issues, from the order to the card; invoices under their issuers' own numbers, with the page that pays them.

ALTER TABLE "card"
  ADD COLUMN "offer_code" TEXT,
  ADD COLUMN "order_reference" TEXT,
  ADD COLUMN "snapshot" TEXT[],
  ADD COLUMN "price_minor" BIGINT,
  ADD COLUMN "price_currency" TEXT,
  ADD COLUMN "payment_id" TEXT,
  ADD COLUMN "expires_on" DATE,
  ADD COLUMN "unblockable" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "blocked_at" TIMESTAMPTZ(6),
  ADD COLUMN "details_sent_at" TIMESTAMPTZ(6),
  ADD COLUMN "facts_sealed" BYTEA;

CREATE INDEX "card_payment_id_idx" ON "card"("payment_id");

ALTER TABLE "invoice"
  ADD COLUMN "kept_for" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "pay_url" TEXT,
  ADD COLUMN "pay_methods" "funding_source_kind"[],
  ADD COLUMN "cancel_requested_at" TIMESTAMPTZ(6);

DROP INDEX "invoice_provider_account_id_reference_key";
CREATE UNIQUE INDEX "invoice_provider_account_id_kept_for_reference_key" ON "invoice"("provider_account_id", "kept_for", "reference");
