-- Credit sessions are compared with their lender's list, too: a difference may be about one.

ALTER TABLE "reconciliation_break" ADD COLUMN "credit_session_id" TEXT;
