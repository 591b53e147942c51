-- Steps down of a wallet's identification at its provider: requested, confirmed, followed to their end.

CREATE TYPE "identification_downgrade_state" AS ENUM ('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');

CREATE TABLE "identification_downgrade" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "wallet_id" TEXT NOT NULL,
    "from_level" "identification_level" NOT NULL,
    "to_level" "identification_level" NOT NULL,
    "state" "identification_downgrade_state" NOT NULL DEFAULT 'CREATED',
    "reference" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(6),
    "acknowledged_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "identification_downgrade_pkey" PRIMARY KEY ("id"),
    -- nothing is confirmed before the provider knows of it, and what is under way was confirmed
    CONSTRAINT identification_downgrade_steps CHECK (
      (state = 'CREATED') = (confirmed_at IS NULL) AND (reference IS NOT NULL OR state = 'CREATED')
      AND (finished_at IS NOT NULL) = (state IN ('COMPLETED', 'FAILED'))
    )
);

CREATE INDEX "identification_downgrade_wallet_id_id_idx" ON "identification_downgrade"("wallet_id", "id");

ALTER TABLE "identification_downgrade" ADD CONSTRAINT "identification_downgrade_wallet_id_fkey"
  FOREIGN KEY ("wallet_id") REFERENCES "wallet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
