import pg from 'pg';

/** A server must be started with these for `watchCommits`. */
export const COMMIT_SETTINGS = ['track_commit_timestamp=on'];

/** When events were committed. */
export interface Commits {
  /** Milliseconds of the clock that all processes of a machine share, by event; of what was appended since the last time. */
  take(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/**
 * Notes the transaction of each event as it is appended. The server notes when that is committed, before it waits for the disk.
 * @param url the database
 */
export async function watchCommits(url: string): Promise<Commits> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE UNLOGGED TABLE bench_appended (event_id text, xid xid);
    CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      -- ids of one run differ in the last digit
      INSERT INTO bench_appended SELECT left(r.id, -1) || substr('0123456789abcdefghjkmnpqrstvwxyz', n, 1), pg_current_xact_id()::xid
        FROM appended a, unnest(a.ids, a.counts) AS r(id, count), generate_series(1, r.count) AS n;
      RETURN NULL;
    END $$;
    CREATE TRIGGER bench_note AFTER INSERT ON event_outbox REFERENCING NEW TABLE AS appended
      FOR EACH STATEMENT EXECUTE FUNCTION bench_note()`);
  return {
    async take() {
      const { rows } = await client.query<{ id: string; ms: string }>(
        `WITH taken AS (DELETE FROM bench_appended RETURNING event_id, xid)
         SELECT event_id AS id, extract(epoch FROM pg_xact_commit_timestamp(xid)) * 1000 AS ms FROM taken`,
      );
      return new Map(rows.map(({ id, ms }) => [id, Number(ms)]));
    },
    close: () => client.end(),
  };
}
