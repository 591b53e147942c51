-- Customers who are also clients of a provider: under which number of ours, and which id of the provider's. When a provider refuses an account's own credentials.

CREATE TABLE "customer_record" (
    "customer_id" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "reference" TEXT,
    "identification_level" "identification_level",
    "provider_level" TEXT,
    "opened_at" TIMESTAMPTZ(6),
    "decides_level" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "customer_record_pkey" PRIMARY KEY ("customer_id","provider_account_id"),
    CONSTRAINT customer_record_user_id CHECK (user_id ~ '^(0|[1-9][0-9]*)$')
);

-- one number of ours stands for one customer
CREATE UNIQUE INDEX "customer_record_provider_account_id_user_id_key" ON "customer_record"("provider_account_id", "user_id");

ALTER TABLE "customer_record" ADD CONSTRAINT "customer_record_customer_id_fkey"
  FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "customer_record" ADD CONSTRAINT "customer_record_provider_account_id_fkey"
  FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "provider_account" ADD COLUMN "rejected_at" TIMESTAMPTZ(6);
