-- Exchanges with providers in partitions by month, so that the retention drops tables (docs/adr/0015). What is there becomes the rest,
-- from which the months are made. Attempts stay whole: what must be unique among them must be so for ever.

ALTER TABLE attempt_exchange RENAME TO attempt_exchange_rest;
ALTER TABLE attempt_exchange_rest DROP CONSTRAINT attempt_exchange_pkey;
ALTER TABLE attempt_exchange_rest DROP CONSTRAINT attempt_exchange_attempt_id_fkey;
ALTER TABLE attempt_exchange_rest ADD CONSTRAINT attempt_exchange_rest_pkey PRIMARY KEY (id, created_at);
ALTER INDEX attempt_exchange_attempt_id_idx RENAME TO attempt_exchange_rest_attempt_id_idx;

CREATE TABLE attempt_exchange (LIKE attempt_exchange_rest INCLUDING DEFAULTS,
  CONSTRAINT attempt_exchange_pkey PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE INDEX attempt_exchange_attempt_id_idx ON attempt_exchange (attempt_id);
ALTER SEQUENCE attempt_exchange_id_seq OWNED BY attempt_exchange.id;
ALTER TABLE attempt_exchange ATTACH PARTITION attempt_exchange_rest FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
ALTER TABLE attempt_exchange ADD CONSTRAINT attempt_exchange_attempt_id_fkey
  FOREIGN KEY (attempt_id) REFERENCES payment_attempt (id) ON DELETE RESTRICT ON UPDATE CASCADE;
