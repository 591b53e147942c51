-- Ids of ours for providers that want each to be greater than the one before: the last one given out, per provider and place.

CREATE TABLE "client_id" (
    "scope" TEXT NOT NULL,
    "last" BIGINT NOT NULL,

    CONSTRAINT "client_id_pkey" PRIMARY KEY ("scope")
);
