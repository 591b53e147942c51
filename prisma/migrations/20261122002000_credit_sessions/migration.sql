-- Credit that shoppers take for orders: sessions at lenders, their timelines, refunds, and what was sent of tickets.

CREATE TYPE "credit_session_state" AS ENUM ('PROCESSING', 'CANCELLED', 'AUTHORIZED', 'VOIDED', 'REFUNDED', 'CHARGED');
CREATE TYPE "credit_frame_mode" AS ENUM ('STANDALONE', 'IFRAME');
CREATE TYPE "credit_file_kind" AS ENUM ('RECEIPT', 'TRANSACTION_LETTER');

CREATE TABLE "credit_session" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "state" "credit_session_state",
    "version" INTEGER NOT NULL DEFAULT 0,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "credit_cost_minor" BIGINT,
    "refunded_minor" BIGINT NOT NULL DEFAULT 0,
    "reserved_minor" BIGINT NOT NULL DEFAULT 0,
    "reference" TEXT,
    "frame_url" TEXT,
    "mode" "credit_frame_mode" NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "called_at" TIMESTAMPTZ(6) NOT NULL,
    "call_until" TIMESTAMPTZ(6),
    "not_open_at" TIMESTAMPTZ(6) NOT NULL,
    "voidable_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "credit_session_pkey" PRIMARY KEY ("id"),
    CONSTRAINT credit_session_amount CHECK (amount_minor > 0),
    -- whatever is asked for at once, no more goes back than was ordered
    CONSTRAINT credit_session_refunds CHECK (
      refunded_minor >= 0 AND reserved_minor >= 0 AND refunded_minor + reserved_minor <= amount_minor
    ),
    -- nothing is given back of what was never lent, and all of it where the session ended so
    CONSTRAINT credit_session_lent CHECK (
      (state IN ('AUTHORIZED', 'CHARGED') OR reserved_minor = 0)
      AND (state NOT IN ('PROCESSING', 'CANCELLED') OR refunded_minor = 0)
      AND (state NOT IN ('VOIDED', 'REFUNDED') OR refunded_minor = amount_minor)
    )
);

CREATE UNIQUE INDEX "credit_session_partner_id_order_id_key" ON "credit_session"("partner_id", "order_id");
CREATE INDEX "credit_session_partner_id_id_idx" ON "credit_session"("partner_id", "id");
ALTER TABLE "credit_session" ADD CONSTRAINT "credit_session_provider_account_id_fkey"
  FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "credit_session_transition" (
    "session_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "from" "credit_session_state",
    "to" "credit_session_state" NOT NULL,
    "source" "transition_source" NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "credit_session_transition_pkey" PRIMARY KEY ("session_id","version")
);

ALTER TABLE "credit_session_transition" ADD CONSTRAINT "credit_session_transition_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "credit_session"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_session_transition
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE "credit_refund" (
    "id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "outcome" "attempt_outcome" NOT NULL DEFAULT 'PENDING',
    "message" TEXT,
    "evidence" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "credit_refund_pkey" PRIMARY KEY ("id"),
    CONSTRAINT credit_refund_amount CHECK (amount_minor > 0),
    CONSTRAINT credit_refund_finished CHECK ((finished_at IS NOT NULL) = (outcome IN ('ACCEPTED', 'REJECTED')))
);

CREATE INDEX "credit_refund_session_id_id_idx" ON "credit_refund"("session_id", "id");
ALTER TABLE "credit_refund" ADD CONSTRAINT "credit_refund_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "credit_session"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "credit_file" (
    "session_id" TEXT NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "kind" "credit_file_kind" NOT NULL,
    "facts_sealed" BYTEA NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "uploaded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "credit_file_pkey" PRIMARY KEY ("session_id","key_hash")
);

ALTER TABLE "credit_file" ADD CONSTRAINT "credit_file_session_id_fkey"
  FOREIGN KEY ("session_id") REFERENCES "credit_session"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
