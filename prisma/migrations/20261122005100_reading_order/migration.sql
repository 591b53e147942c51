-- What lists read in the order in which they show it, however long they grow (docs/adr/0015).

CREATE INDEX "customer_partner_id_id_idx" ON "customer"("partner_id", "id");

-- a customer's own payments; those by a card; the one that was made under a key; what an owner has not seen
CREATE INDEX payment_source_customer ON payment (source_customer_id, id) WHERE source_customer_id IS NOT NULL;
CREATE INDEX payment_destination_customer ON payment (destination_customer_id, id) WHERE destination_customer_id IS NOT NULL;
CREATE INDEX payment_card ON payment (card_id, id) WHERE card_id IS NOT NULL;
CREATE INDEX payment_idempotency_key ON payment (partner_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX payment_unseen_in ON payment (destination_wallet_id) WHERE NOT seen;
CREATE INDEX payment_unseen_out ON payment (source_wallet_id) WHERE NOT seen AND origin = 'PROVIDER';

-- Few payments are refunds or parts of a batch: the others have no entry there.
DROP INDEX "payment_refund_of_id_idx";
CREATE INDEX payment_refund_of ON payment (refund_of_id) WHERE refund_of_id IS NOT NULL;
DROP INDEX "payment_batch_id_idx";
CREATE INDEX payment_batch ON payment (batch_id) WHERE batch_id IS NOT NULL;
