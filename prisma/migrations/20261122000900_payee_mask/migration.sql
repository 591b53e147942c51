-- What a service is asked to be paid for is kept until the outcome is known; how it is shown stays.

ALTER TABLE "payment" ADD COLUMN "payee_mask" TEXT;

UPDATE "payment" SET "order_sealed" = NULL WHERE "service_id" IS NOT NULL AND "status" NOT IN ('CREATED', 'PROCESSING');
