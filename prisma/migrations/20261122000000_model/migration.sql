-- CreateEnum
CREATE TYPE "document_policy" AS ENUM ('OPEN', 'PERSISTED_ONLY');

-- CreateEnum
CREATE TYPE "scope" AS ENUM ('CUSTOMERS_READ', 'CUSTOMERS_WRITE', 'WALLETS_READ', 'WALLETS_WRITE', 'PAYMENTS_READ', 'PAYMENTS_WRITE', 'CARDS_READ', 'CARDS_WRITE', 'CARDS_REVEAL', 'INVOICES_READ', 'INVOICES_WRITE', 'CREDIT_READ', 'CREDIT_WRITE', 'EVENTS_READ', 'WEBHOOKS_WRITE', 'DOCUMENTS_WRITE', 'LEDGER_READ', 'PERSONAL_DATA_READ', 'CONNECTIONS_WRITE', 'PAYMENTS_SETTLE', 'PAYMENTS_RESOLVE');

-- CreateEnum
CREATE TYPE "identification_level" AS ENUM ('NONE', 'SIMPLIFIED', 'FULL');

-- CreateEnum
CREATE TYPE "identification_status" AS ENUM ('NOT_STARTED', 'DATA_ENTERED', 'VERIFIED', 'DOWNGRADE_IN_PROGRESS', 'FAILED');

-- CreateEnum
CREATE TYPE "notification_channel" AS ENUM ('EMAIL', 'SMS', 'EMAIL_AND_SMS', 'NONE');

-- CreateEnum
CREATE TYPE "notification_period" AS ENUM ('INSTANT', 'DAY', 'WEEK', 'MONTH');

-- CreateEnum
CREATE TYPE "wallet_status" AS ENUM ('PENDING_ACTIVATION', 'ACTIVE', 'BLOCKED', 'CLOSED');

-- CreateEnum
CREATE TYPE "credential_state" AS ENUM ('VALID', 'EXPIRED', 'REJECTED', 'RESET_REQUIRED');

-- CreateEnum
CREATE TYPE "limit_kind" AS ENUM ('BALANCE', 'TOP_UP', 'PAYMENT', 'TRANSFER', 'PAYOUT', 'TURNOVER', 'CASH_WITHDRAWAL', 'FOREIGN_PAYMENT', 'OTHER');

-- CreateEnum
CREATE TYPE "limit_window" AS ENUM ('ONE_TIME', 'DAY', 'MONTH', 'STANDING');

-- CreateEnum
CREATE TYPE "payment_kind" AS ENUM ('TOP_UP', 'TRANSFER', 'PAYOUT', 'TRANSIT', 'REFUND', 'EXCHANGE');

-- CreateEnum
CREATE TYPE "payment_origin" AS ENUM ('API', 'PROVIDER');

-- CreateEnum
CREATE TYPE "payment_status" AS ENUM ('CREATED', 'PROCESSING', 'COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'REVERSED');

-- CreateEnum
CREATE TYPE "decline_reason" AS ENUM ('INVALID_DATA', 'INSUFFICIENT_FUNDS', 'LIMIT_EXCEEDED', 'IDENTIFICATION_REQUIRED', 'RECIPIENT_REFUSED', 'PROVIDER_REFUSED', 'EXPIRED', 'INTERNAL_ERROR');

-- CreateEnum
CREATE TYPE "transition_reason" AS ENUM ('CREATE', 'CONFIRM', 'COMPLETE', 'DECLINE', 'CANCEL', 'EXPIRE', 'UNDO', 'REDO');

-- CreateEnum
CREATE TYPE "transition_source" AS ENUM ('OPERATOR', 'API', 'PROVIDER_ANSWER', 'WEBHOOK', 'POLL', 'RECONCILIATION', 'SYSTEM');

-- CreateEnum
CREATE TYPE "top_up_method" AS ENUM ('CARD', 'FAST_PAYMENT', 'BANK_TRANSFER', 'CASH');

-- CreateEnum
CREATE TYPE "funding_source_kind" AS ENUM ('BALANCE', 'CARD', 'MOBILE_ACCOUNT');

-- CreateEnum
CREATE TYPE "attempt_outcome" AS ENUM ('PENDING', 'ACCEPTED', 'REJECTED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "card_kind" AS ENUM ('LINKED', 'ISSUED');

-- CreateEnum
CREATE TYPE "card_state" AS ENUM ('CREATED', 'PENDING', 'PAYMENT_REQUIRED', 'ACTIVE', 'BLOCKED', 'FAILED', 'USED', 'REMOVED');

-- CreateEnum
CREATE TYPE "card_scheme" AS ENUM ('MIR', 'VISA', 'MASTERCARD', 'MAESTRO', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "invoice_state" AS ENUM ('CREATED', 'PROCESSING', 'COMPLETED', 'DECLINED', 'CANCELLED', 'REJECTED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "template_visibility" AS ENUM ('PRIVATE', 'PUBLIC');

-- CreateEnum
CREATE TYPE "ledger_account_kind" AS ENUM ('ASSET', 'LIABILITY', 'INCOME', 'EXPENSE', 'EQUITY');

-- CreateEnum
CREATE TYPE "posting_kind" AS ENUM ('POST', 'HOLD', 'CAPTURE', 'RELEASE');

-- CreateEnum
CREATE TYPE "hold_state" AS ENUM ('OPEN', 'CLOSED');

-- CreateTable
CREATE TABLE "partner" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "document_policy" "document_policy" NOT NULL DEFAULT 'OPEN',
    "transfer_fee_basis_points" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "partner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" "scope"[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "partner_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "result_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("partner_id","actor","operation","key")
);

-- CreateTable
CREATE TABLE "customer" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "identification_level" "identification_level" NOT NULL DEFAULT 'NONE',
    "identification_status" "identification_status" NOT NULL DEFAULT 'NOT_STARTED',
    "identification_changed_at" TIMESTAMPTZ(6),
    "person_sealed" BYTEA,
    "notification_channel" "notification_channel" NOT NULL DEFAULT 'NONE',
    "notification_period" "notification_period" NOT NULL DEFAULT 'INSTANT',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "provider" TEXT NOT NULL DEFAULT 'LOCAL',
    "number" TEXT,
    "phone_hash" BYTEA,
    "phone_sealed" BYTEA,
    "status" "wallet_status" NOT NULL DEFAULT 'ACTIVE',
    "identification_level" "identification_level" NOT NULL DEFAULT 'NONE',
    "default_currency" TEXT NOT NULL,
    "close_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(6),
    "provider_account_id" TEXT,
    "credentials_sealed" BYTEA,
    "challenge_sealed" BYTEA,

    CONSTRAINT "wallet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_credential" (
    "wallet_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" "credential_state" NOT NULL DEFAULT 'VALID',
    "issued_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),

    CONSTRAINT "wallet_credential_pkey" PRIMARY KEY ("wallet_id","name")
);

-- CreateTable
CREATE TABLE "wallet_authorization" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "provider_account_id" TEXT NOT NULL,
    "state_hash" TEXT NOT NULL,
    "addresses_sealed" BYTEA NOT NULL,
    "return_url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "wallet_authorization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_account" (
    "wallet_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "ledger_account_id" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "wallet_account_pkey" PRIMARY KEY ("wallet_id","currency")
);

-- CreateTable
CREATE TABLE "wallet_limit" (
    "wallet_id" TEXT NOT NULL,
    "kind" "limit_kind" NOT NULL,
    "window" "limit_window" NOT NULL,
    "currency" TEXT NOT NULL,
    "max_minor" BIGINT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "wallet_limit_pkey" PRIMARY KEY ("wallet_id","kind","window","currency")
);

-- CreateTable
CREATE TABLE "limit_usage" (
    "wallet_id" TEXT NOT NULL,
    "kind" "limit_kind" NOT NULL,
    "window" "limit_window" NOT NULL,
    "currency" TEXT NOT NULL,
    "period_start" DATE NOT NULL,
    "spent_minor" BIGINT NOT NULL DEFAULT 0,
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "limit_usage_pkey" PRIMARY KEY ("wallet_id","kind","window","currency","period_start")
);

-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "origin" "payment_origin" NOT NULL DEFAULT 'API',
    "kind" "payment_kind" NOT NULL,
    "status" "payment_status" NOT NULL DEFAULT 'CREATED',
    "version" INTEGER NOT NULL DEFAULT 1,
    "amount_minor" BIGINT NOT NULL,
    "fee_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL,
    "provider" TEXT NOT NULL DEFAULT 'LOCAL',
    "reference" TEXT,
    "source_wallet_id" TEXT,
    "destination_wallet_id" TEXT,
    "source_customer_id" TEXT,
    "destination_customer_id" TEXT,
    "top_up_method" "top_up_method",
    "destination_sealed" BYTEA,
    "note" TEXT,
    "decline_reason" "decline_reason",
    "decline_message" TEXT,
    "refund_of_id" TEXT,
    "refunded_minor" BIGINT NOT NULL DEFAULT 0,
    "batch_id" TEXT,
    "provider_account_id" TEXT,
    "service_id" TEXT,
    "card_id" TEXT,
    "priced" BOOLEAN NOT NULL DEFAULT true,
    "receipt_number" TEXT,
    "order_sealed" BYTEA,
    "upstream_action" TEXT,
    "funding_source" "funding_source_kind",
    "title" TEXT,
    "subtitle" TEXT,
    "description" TEXT,
    "seen" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(6),
    "completed_at" TIMESTAMPTZ(6),
    "expires_at" TIMESTAMPTZ(6),

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_attempt" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "reference" TEXT,
    "outcome" "attempt_outcome" NOT NULL DEFAULT 'PENDING',
    "confirming" BOOLEAN NOT NULL DEFAULT false,
    "called_at" TIMESTAMPTZ(6),
    "operations" TEXT[],
    "provider_status" TEXT,
    "provider_code" TEXT,
    "provider_message" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "payment_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt_exchange" (
    "id" BIGSERIAL NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "exchange" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "attempt_exchange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_transition" (
    "payment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "from" "payment_status",
    "to" "payment_status" NOT NULL,
    "reason" "transition_reason" NOT NULL,
    "source" "transition_source" NOT NULL,
    "message" TEXT,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "payment_transition_pkey" PRIMARY KEY ("payment_id","version")
);

-- CreateTable
CREATE TABLE "provider_account" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "credentials_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(6),

    CONSTRAINT "provider_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_receipt" (
    "provider_account_id" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "news" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "handled_at" TIMESTAMPTZ(6),

    CONSTRAINT "webhook_receipt_pkey" PRIMARY KEY ("provider_account_id","dedupe_key")
);

-- CreateTable
CREATE TABLE "service" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "provider_reference" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "keywords" TEXT,
    "icon_url" TEXT,
    "site_url" TEXT,
    "online" BOOLEAN NOT NULL DEFAULT true,
    "limit_text" TEXT,
    "currency" TEXT NOT NULL DEFAULT 'RUB',
    "min_minor" BIGINT,
    "max_minor" BIGINT,
    "fee_percent" TEXT NOT NULL DEFAULT '0',
    "fee_fixed_minor" BIGINT NOT NULL DEFAULT 0,
    "fee_min_minor" BIGINT,
    "fee_max_minor" BIGINT,
    "identification_required" BOOLEAN NOT NULL DEFAULT false,
    "parameters" JSONB NOT NULL DEFAULT '[]',
    "offered_in" JSONB NOT NULL DEFAULT '[]',
    "suggestion_rank" INTEGER,
    "search_text" TEXT NOT NULL DEFAULT '',
    "search_grams" TEXT[],
    "sort_name" TEXT NOT NULL DEFAULT '',
    "detailed_at" TIMESTAMPTZ(6),
    "synced_at" TIMESTAMPTZ(6) NOT NULL,
    "removed_at" TIMESTAMPTZ(6),

    CONSTRAINT "service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_category" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "provider_reference" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "code" TEXT,
    "keywords" TEXT,
    "service_count" INTEGER NOT NULL DEFAULT 0,
    "mobile_operators_of" TEXT[],
    "synced_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "service_category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_in_category" (
    "service_id" TEXT NOT NULL,
    "category_id" TEXT NOT NULL,

    CONSTRAINT "service_in_category_pkey" PRIMARY KEY ("service_id","category_id")
);

-- CreateTable
CREATE TABLE "service_phone_prefix" (
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,

    CONSTRAINT "service_phone_prefix_pkey" PRIMARY KEY ("provider","origin","prefix")
);

-- CreateTable
CREATE TABLE "catalogue_version" (
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "version" TEXT,
    "synced_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "catalogue_version_pkey" PRIMARY KEY ("provider","origin","part")
);

-- CreateTable
CREATE TABLE "provider_error_text" (
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "titles" JSONB NOT NULL,

    CONSTRAINT "provider_error_text_pkey" PRIMARY KEY ("provider","origin","code")
);

-- CreateTable
CREATE TABLE "provider_options" (
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "support_phone" TEXT,
    "synced_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "provider_options_pkey" PRIMARY KEY ("provider","origin")
);

-- CreateTable
CREATE TABLE "place" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "provider_reference" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "inside_ids" TEXT[],
    "synced_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "place_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "location" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "provider_reference" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "group" TEXT NOT NULL,
    "worktime" TEXT,
    "address" TEXT NOT NULL,
    "latitude" DOUBLE PRECISION NOT NULL,
    "longitude" DOUBLE PRECISION NOT NULL,
    "synced_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "card" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "provider_account_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "reference" TEXT,
    "kind" "card_kind" NOT NULL,
    "state" "card_state" NOT NULL,
    "provider_state" TEXT,
    "masked_pan" TEXT,
    "scheme" "card_scheme" NOT NULL DEFAULT 'UNKNOWN',
    "alias" TEXT,
    "upstream_action" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "activated_at" TIMESTAMPTZ(6),
    "removed_at" TIMESTAMPTZ(6),

    CONSTRAINT "card_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL DEFAULT 'LOCAL',
    "provider_account_id" TEXT,
    "reference" TEXT,
    "number" TEXT,
    "recipient_wallet_id" TEXT,
    "recipient_customer_id" TEXT,
    "payer_wallet_id" TEXT,
    "payer_customer_id" TEXT,
    "parties_sealed" BYTEA,
    "payer_phone_hash" BYTEA,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "message" TEXT,
    "state" "invoice_state" NOT NULL DEFAULT 'CREATED',
    "provider_state" TEXT,
    "payment_id" TEXT,
    "snapshot" TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "changed_at" TIMESTAMPTZ(6),
    "due_at" TIMESTAMPTZ(6),

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_template" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "provider" TEXT NOT NULL DEFAULT 'LOCAL',
    "provider_account_id" TEXT,
    "reference" TEXT,
    "name" TEXT NOT NULL,
    "visibility" "template_visibility" NOT NULL DEFAULT 'PRIVATE',
    "service_id" TEXT NOT NULL,
    "amount_minor" BIGINT,
    "currency" TEXT NOT NULL DEFAULT 'RUB',
    "amount_locked" BOOLEAN NOT NULL DEFAULT false,
    "parameters_sealed" BYTEA NOT NULL,
    "locked_parameters" TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "deleted_at" TIMESTAMPTZ(6),

    CONSTRAINT "payment_template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "remittance" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "amount_minor" BIGINT,
    "fee_minor" BIGINT,
    "charged_minor" BIGINT,
    "currency" TEXT,
    "charged_currency" TEXT,
    "exchange_rate" TEXT,
    "note" TEXT,
    "direction" TEXT NOT NULL,
    "parties_sealed" BYTEA NOT NULL,
    "seen" BOOLEAN NOT NULL DEFAULT false,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6),

    CONSTRAINT "remittance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_request" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "reference" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "service_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_outbox" (
    "seq" BIGSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "audience" TEXT[],
    "wallet_ids" TEXT[],
    "payment_id" TEXT,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "event_outbox_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "event_log" (
    "position" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "audience" TEXT[],
    "wallet_ids" TEXT[],
    "payment_id" TEXT,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "event_log_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "kind" "ledger_account_kind" NOT NULL,
    "currency" TEXT NOT NULL,
    "wallet_id" TEXT,
    "overdraft" BOOLEAN NOT NULL DEFAULT true,
    "posted_debits" BIGINT NOT NULL DEFAULT 0,
    "posted_credits" BIGINT NOT NULL DEFAULT 0,
    "pending_debits" BIGINT NOT NULL DEFAULT 0,
    "pending_credits" BIGINT NOT NULL DEFAULT 0,
    "lines" BIGINT NOT NULL DEFAULT 0,
    "last_line_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(6),

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "journal_entry" (
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "partner_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "payment_id" TEXT,
    "reverses_id" TEXT,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "journal_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "posting" (
    "entry_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" "posting_kind" NOT NULL,
    "debit_account_id" TEXT NOT NULL,
    "credit_account_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "hold_id" TEXT,

    CONSTRAINT "posting_pkey" PRIMARY KEY ("entry_id","number")
);

-- CreateTable
CREATE TABLE "account_line" (
    "account_id" TEXT NOT NULL,
    "number" BIGINT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "posting_number" INTEGER NOT NULL,
    "kind" "posting_kind" NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "posted_debits" BIGINT NOT NULL,
    "posted_credits" BIGINT NOT NULL,
    "pending_debits" BIGINT NOT NULL,
    "pending_credits" BIGINT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "account_line_pkey" PRIMARY KEY ("account_id","number")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "debit_account_id" TEXT NOT NULL,
    "credit_account_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "remaining_minor" BIGINT NOT NULL,
    "state" "hold_state" NOT NULL DEFAULT 'OPEN',
    "payment_id" TEXT,
    "expires_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "closed_at" TIMESTAMPTZ(6),

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "journal_unsealed" (
    "seq" BIGINT NOT NULL,
    "entry_id" TEXT NOT NULL,

    CONSTRAINT "journal_unsealed_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "journal_seal" (
    "position" BIGINT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "sealed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "journal_seal_pkey" PRIMARY KEY ("position")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "api_key_partner_id_idx" ON "api_key"("partner_id");

-- CreateIndex
CREATE UNIQUE INDEX "customer_partner_id_external_id_key" ON "customer"("partner_id", "external_id");

-- CreateIndex
CREATE INDEX "wallet_partner_id_id_idx" ON "wallet"("partner_id", "id");

-- CreateIndex
CREATE INDEX "wallet_customer_id_idx" ON "wallet"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_authorization_state_hash_key" ON "wallet_authorization"("state_hash");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_account_ledger_account_id_key" ON "wallet_account"("ledger_account_id");

-- CreateIndex
CREATE INDEX "payment_partner_id_id_idx" ON "payment"("partner_id", "id");

-- CreateIndex
CREATE INDEX "payment_source_wallet_id_id_idx" ON "payment"("source_wallet_id", "id");

-- CreateIndex
CREATE INDEX "payment_destination_wallet_id_id_idx" ON "payment"("destination_wallet_id", "id");

-- CreateIndex
CREATE INDEX "payment_refund_of_id_idx" ON "payment"("refund_of_id");

-- CreateIndex
CREATE INDEX "payment_batch_id_idx" ON "payment"("batch_id");

-- CreateIndex
CREATE INDEX "payment_attempt_provider_account_id_reference_idx" ON "payment_attempt"("provider_account_id", "reference");

-- CreateIndex
CREATE UNIQUE INDEX "payment_attempt_payment_id_number_key" ON "payment_attempt"("payment_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "payment_attempt_provider_account_id_client_id_key" ON "payment_attempt"("provider_account_id", "client_id");

-- CreateIndex
CREATE INDEX "attempt_exchange_attempt_id_idx" ON "attempt_exchange"("attempt_id");

-- CreateIndex
CREATE INDEX "provider_account_partner_id_provider_idx" ON "provider_account"("partner_id", "provider");

-- CreateIndex
CREATE INDEX "service_provider_origin_sort_name_id_idx" ON "service"("provider", "origin", "sort_name", "id");

-- CreateIndex
CREATE INDEX "service_search_grams_idx" ON "service" USING GIN ("search_grams");

-- CreateIndex
CREATE UNIQUE INDEX "service_provider_origin_provider_reference_key" ON "service"("provider", "origin", "provider_reference");

-- CreateIndex
CREATE UNIQUE INDEX "service_category_provider_origin_provider_reference_key" ON "service_category"("provider", "origin", "provider_reference");

-- CreateIndex
CREATE INDEX "service_in_category_category_id_idx" ON "service_in_category"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "place_provider_origin_provider_reference_key" ON "place"("provider", "origin", "provider_reference");

-- CreateIndex
CREATE UNIQUE INDEX "location_provider_origin_provider_reference_key" ON "location"("provider", "origin", "provider_reference");

-- CreateIndex
CREATE INDEX "card_wallet_id_id_idx" ON "card"("wallet_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "card_provider_account_id_wallet_id_reference_key" ON "card"("provider_account_id", "wallet_id", "reference");

-- CreateIndex
CREATE INDEX "invoice_recipient_wallet_id_id_idx" ON "invoice"("recipient_wallet_id", "id");

-- CreateIndex
CREATE INDEX "invoice_payer_wallet_id_id_idx" ON "invoice"("payer_wallet_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_provider_account_id_reference_key" ON "invoice"("provider_account_id", "reference");

-- CreateIndex
CREATE INDEX "payment_template_wallet_id_id_idx" ON "payment_template"("wallet_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_template_provider_account_id_reference_key" ON "payment_template"("provider_account_id", "reference");

-- CreateIndex
CREATE INDEX "remittance_wallet_id_id_idx" ON "remittance"("wallet_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "remittance_wallet_id_number_key" ON "remittance"("wallet_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "event_outbox_id_key" ON "event_outbox"("id");

-- CreateIndex
CREATE UNIQUE INDEX "event_log_id_key" ON "event_log"("id");

-- CreateIndex
CREATE INDEX "event_log_partner_id_position_idx" ON "event_log"("partner_id", "position");

-- CreateIndex
CREATE INDEX "event_log_payment_id_position_idx" ON "event_log"("payment_id", "position");

-- CreateIndex
CREATE INDEX "event_log_wallet_ids_idx" ON "event_log" USING GIN ("wallet_ids");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_code_key" ON "ledger_account"("code");

-- CreateIndex
CREATE INDEX "ledger_account_partner_id_id_idx" ON "ledger_account"("partner_id", "id");

-- CreateIndex
CREATE INDEX "ledger_account_wallet_id_idx" ON "ledger_account"("wallet_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_id_currency_key" ON "ledger_account"("id", "currency");

-- CreateIndex
CREATE UNIQUE INDEX "journal_entry_seq_key" ON "journal_entry"("seq");

-- CreateIndex
CREATE INDEX "journal_entry_partner_id_id_idx" ON "journal_entry"("partner_id", "id");

-- CreateIndex
CREATE INDEX "journal_entry_payment_id_idx" ON "journal_entry"("payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "journal_entry_code_reference_key" ON "journal_entry"("code", "reference");

-- CreateIndex
CREATE INDEX "posting_hold_id_idx" ON "posting"("hold_id");

-- CreateIndex
CREATE INDEX "account_line_account_id_recorded_at_idx" ON "account_line"("account_id", "recorded_at");

-- CreateIndex
CREATE INDEX "hold_payment_id_idx" ON "hold"("payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "journal_unsealed_entry_id_key" ON "journal_unsealed"("entry_id");

-- CreateIndex
CREATE UNIQUE INDEX "journal_seal_entry_id_key" ON "journal_seal"("entry_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer" ADD CONSTRAINT "customer_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet" ADD CONSTRAINT "wallet_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet" ADD CONSTRAINT "wallet_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet" ADD CONSTRAINT "wallet_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet_credential" ADD CONSTRAINT "wallet_credential_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet_authorization" ADD CONSTRAINT "wallet_authorization_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet_account" ADD CONSTRAINT "wallet_account_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wallet_limit" ADD CONSTRAINT "wallet_limit_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_refund_of_id_fkey" FOREIGN KEY ("refund_of_id") REFERENCES "payment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_attempt" ADD CONSTRAINT "payment_attempt_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt_exchange" ADD CONSTRAINT "attempt_exchange_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "payment_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_transition" ADD CONSTRAINT "payment_transition_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider_account" ADD CONSTRAINT "provider_account_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_in_category" ADD CONSTRAINT "service_in_category_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "service"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_in_category" ADD CONSTRAINT "service_in_category_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "service_category"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "card" ADD CONSTRAINT "card_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "card" ADD CONSTRAINT "card_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "posting" ADD CONSTRAINT "posting_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "journal_entry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
