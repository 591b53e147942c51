-- Documents that partners run by their ids, by manifest, and a version by which gateways notice that they changed.

ALTER TABLE "partner" ADD COLUMN "documents_version" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "persisted_document" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "manifest" TEXT NOT NULL,
    "document_id" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "operation_name" TEXT,
    "cost" INTEGER NOT NULL,
    "published_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),

    CONSTRAINT "persisted_document_pkey" PRIMARY KEY ("id"),
    CONSTRAINT priced CHECK (cost >= 0)
);
ALTER TABLE "persisted_document" ADD CONSTRAINT "persisted_document_partner_id_fkey"
  FOREIGN KEY ("partner_id") REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE UNIQUE INDEX "persisted_document_partner_id_document_id_manifest_key"
  ON "persisted_document"("partner_id", "document_id", "manifest");
CREATE INDEX "persisted_document_partner_id_id_idx" ON "persisted_document"("partner_id", "id");
