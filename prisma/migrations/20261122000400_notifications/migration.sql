-- What customers are to be told, and the audience of events as an index.

CREATE TYPE "notification_kind" AS ENUM ('COMPLETED', 'DECLINED', 'REVERSED');
CREATE TYPE "notification_medium" AS ENUM ('EMAIL', 'SMS');
CREATE TYPE "notification_status" AS ENUM ('PENDING', 'SENT', 'SKIPPED');

CREATE TABLE "notification" (
    "payment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "customer_id" TEXT NOT NULL,
    "medium" "notification_medium" NOT NULL,
    "partner_id" TEXT NOT NULL,
    "kind" "notification_kind" NOT NULL,
    "period" "notification_period" NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "status" "notification_status" NOT NULL DEFAULT 'PENDING',
    "skip_reason" TEXT,
    "message_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6) NOT NULL,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "sent_at" TIMESTAMPTZ(6),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("payment_id","version","customer_id","medium")
);

ALTER TABLE "notification" ADD CONSTRAINT "notification_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "notification" ADD CONSTRAINT "notification_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE notification
  ADD CONSTRAINT sent_once CHECK ((status = 'SENT') = (sent_at IS NOT NULL)),
  ADD CONSTRAINT skipped_for_a_reason CHECK ((status = 'SKIPPED') = (skip_reason IS NOT NULL));

-- whose turn it is; one customer's own; what the retention may take
CREATE INDEX notification_due ON notification (next_at, customer_id) WHERE status = 'PENDING';
CREATE INDEX notification_pending ON notification (customer_id, next_at) WHERE status = 'PENDING';
CREATE INDEX notification_done ON notification (created_at) WHERE status <> 'PENDING';

-- a customer reads the log by audience, as wallets are read by wallet_ids
CREATE INDEX "event_log_audience_idx" ON "event_log" USING GIN ("audience");
