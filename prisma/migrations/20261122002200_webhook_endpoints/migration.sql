-- Webhooks out to partners: endpoints, their secrets, and a row for each event that one of them is to be told.

CREATE TYPE "webhook_delivery_state" AS ENUM ('PENDING', 'DELIVERED', 'FAILED');

CREATE TABLE "webhook_endpoint" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "event_types" TEXT[],
    "from_position" BIGINT NOT NULL,
    "strained" BOOLEAN NOT NULL DEFAULT false,
    "paused_until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "disabled_at" TIMESTAMPTZ(6),
    "deleted_at" TIMESTAMPTZ(6),

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id"),
    CONSTRAINT deleted_is_disabled CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL)
);
CREATE INDEX "webhook_endpoint_partner_id_idx" ON "webhook_endpoint"("partner_id");

CREATE TABLE "webhook_secret" (
    "endpoint_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "value_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "signs_until" TIMESTAMPTZ(6),

    CONSTRAINT "webhook_secret_pkey" PRIMARY KEY ("endpoint_id","number")
);
ALTER TABLE "webhook_secret" ADD CONSTRAINT "webhook_secret_endpoint_id_fkey"
  FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- the present secret is the one without an end
CREATE UNIQUE INDEX webhook_secret_present ON webhook_secret (endpoint_id) WHERE signs_until IS NULL;

CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "subject" TEXT NOT NULL,
    "in_turn" BOOLEAN NOT NULL DEFAULT true,
    "state" "webhook_delivery_state" NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(6),
    "give_up_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id"),
    CONSTRAINT done_is_not_tried CHECK (state = 'PENDING' OR next_attempt_at IS NULL),
    CONSTRAINT out_of_turn_waits_for_nobody CHECK (in_turn OR state <> 'PENDING' OR next_attempt_at IS NOT NULL)
);
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_endpoint_id_fkey"
  FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- an event stays in the log for as long as a delivery of it is kept
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_position_fkey"
  FOREIGN KEY ("position") REFERENCES "event_log"("position") ON DELETE RESTRICT ON UPDATE CASCADE;
-- an endpoint is told of an event by one row, whoever writes it
CREATE UNIQUE INDEX "webhook_delivery_endpoint_id_position_key" ON "webhook_delivery"("endpoint_id", "position");
CREATE INDEX "webhook_delivery_position_idx" ON "webhook_delivery"("position");
-- whose turn it is; who waits for whom; what is shown
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_delivery_turn ON webhook_delivery (endpoint_id, subject, position) WHERE state = 'PENDING' AND in_turn;
CREATE INDEX "webhook_delivery_endpoint_id_id_idx" ON "webhook_delivery"("endpoint_id", "id");
CREATE INDEX webhook_delivery_failed ON webhook_delivery (endpoint_id, id) WHERE state = 'FAILED';

CREATE TABLE "webhook_attempt" (
    "delivery_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "duration_ms" INTEGER NOT NULL,

    CONSTRAINT "webhook_attempt_pkey" PRIMARY KEY ("delivery_id","number"),
    CONSTRAINT answered_or_not CHECK (status IS NOT NULL OR error IS NOT NULL)
);
ALTER TABLE "webhook_attempt" ADD CONSTRAINT "webhook_attempt_delivery_id_fkey"
  FOREIGN KEY ("delivery_id") REFERENCES "webhook_delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One row: up to which position of the log deliveries were written.
CREATE TABLE "webhook_cursor" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "position" BIGINT NOT NULL,

    CONSTRAINT "webhook_cursor_pkey" PRIMARY KEY ("id"),
    CONSTRAINT one_row CHECK (id = 1)
);
INSERT INTO webhook_cursor (position) SELECT coalesce(max(position), 0) FROM event_log;
