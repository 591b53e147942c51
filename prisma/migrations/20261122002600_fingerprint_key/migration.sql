-- The key that fingerprints are made with; the first gateway to open the database puts it there (docs/adr/0007).

CREATE TABLE "fingerprint_key" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "value_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "fingerprint_key_pkey" PRIMARY KEY ("id"),
    CONSTRAINT one_row CHECK (id = 1)
);
