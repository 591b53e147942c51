-- Webhooks that are registered wallet by wallet, histories that are followed, and what comparing them finds.

CREATE TYPE "reconciliation_break_kind" AS ENUM ('MISSING_UPSTREAM', 'MISSING_HERE', 'AMOUNT_DIFFERS', 'STATUS_DIFFERS', 'BALANCE_DIFFERS');

ALTER TABLE "wallet" ADD COLUMN "house" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "payment" ADD COLUMN "parties_sealed" BYTEA, ADD COLUMN "destination_reference" TEXT,
  ADD COLUMN "destination_minor" BIGINT, ADD COLUMN "destination_currency" TEXT, ADD COLUMN "exchange_rate" TEXT,
  ADD CONSTRAINT payment_destination CHECK ((destination_minor IS NULL) = (destination_currency IS NULL) AND destination_minor > 0);

CREATE TABLE "provider_webhook" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "directions" TEXT[],
    "key_sealed" BYTEA,
    "key_issued_at" TIMESTAMPTZ(6),
    "key_checked_at" TIMESTAMPTZ(6),
    "last_received_at" TIMESTAMPTZ(6),
    "last_test_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "removed_at" TIMESTAMPTZ(6),

    CONSTRAINT "provider_webhook_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "wallet_mirror" (
    "wallet_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "opening_references" TEXT[],
    "read_to" TIMESTAMPTZ(6) NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "wallet_mirror_pkey" PRIMARY KEY ("wallet_id")
);

CREATE TABLE "reconciliation" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "wallet_id" TEXT,
    "from" TIMESTAMPTZ(6) NOT NULL,
    "to" TIMESTAMPTZ(6) NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),
    "matched" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "reconciliation_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "reconciliation_break" (
    "id" TEXT NOT NULL,
    "reconciliation_id" TEXT NOT NULL,
    "wallet_id" TEXT,
    "kind" "reconciliation_break_kind" NOT NULL,
    "subject" TEXT NOT NULL,
    "payment_id" TEXT,
    "provider_reference" TEXT,
    "currency" TEXT,
    "expected_minor" BIGINT,
    "actual_minor" BIGINT,
    "resolved_at" TIMESTAMPTZ(6),

    CONSTRAINT "reconciliation_break_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "provider_webhook_provider_account_id_reference_idx" ON "provider_webhook"("provider_account_id", "reference");
CREATE INDEX "provider_webhook_wallet_id_idx" ON "provider_webhook"("wallet_id");
CREATE INDEX "wallet_mirror_due_at_idx" ON "wallet_mirror"("due_at");
CREATE INDEX "reconciliation_partner_id_id_idx" ON "reconciliation"("partner_id", "id");
CREATE INDEX "reconciliation_wallet_id_id_idx" ON "reconciliation"("wallet_id", "id");
CREATE INDEX "reconciliation_break_reconciliation_id_idx" ON "reconciliation_break"("reconciliation_id");
CREATE INDEX "reconciliation_break_payment_id_idx" ON "reconciliation_break"("payment_id");

ALTER TABLE "provider_webhook" ADD CONSTRAINT "provider_webhook_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "provider_webhook" ADD CONSTRAINT "provider_webhook_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "wallet_mirror" ADD CONSTRAINT "wallet_mirror_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "reconciliation" ADD CONSTRAINT "reconciliation_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "reconciliation" ADD CONSTRAINT "reconciliation_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "reconciliation_break" ADD CONSTRAINT "reconciliation_break_reconciliation_id_fkey" FOREIGN KEY ("reconciliation_id") REFERENCES "reconciliation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- one of ours per wallet, and one of each of the provider's
CREATE UNIQUE INDEX provider_webhook_active ON provider_webhook (wallet_id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX provider_webhook_reference ON provider_webhook (provider_account_id, reference) WHERE removed_at IS NULL;

-- what is still open is looked up wallet by wallet; the same difference stands in a reconciliation once
CREATE UNIQUE INDEX reconciliation_break_subject ON reconciliation_break (reconciliation_id, kind, subject);
CREATE INDEX reconciliation_break_open ON reconciliation_break (wallet_id) WHERE resolved_at IS NULL;

-- one house wallet per provider account; it is no customer's, so it does not take the number from anybody else's account
CREATE UNIQUE INDEX wallet_house ON wallet (provider_account_id) WHERE house;
DROP INDEX wallet_number;
CREATE UNIQUE INDEX wallet_number ON wallet (partner_id, provider, number) WHERE status <> 'CLOSED' AND number IS NOT NULL AND NOT house;

-- a movement of a provider is one payment here, however it is learned; each account has its own numbers
DROP INDEX payment_reference;
CREATE UNIQUE INDEX payment_reference ON payment (partner_id, provider, coalesce(provider_account_id, ''), reference) WHERE reference IS NOT NULL;
CREATE UNIQUE INDEX payment_destination_reference ON payment (partner_id, provider, provider_account_id, destination_reference)
  WHERE destination_reference IS NOT NULL;
