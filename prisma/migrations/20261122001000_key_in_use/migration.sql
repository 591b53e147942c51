-- Until when a call to a provider may be on its way for an idempotency key; null when none is.

ALTER TABLE "idempotency_key" ADD COLUMN "in_use_until" TIMESTAMPTZ(6);
