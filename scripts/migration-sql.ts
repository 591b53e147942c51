import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/db/embedded.ts';
import { schemaSql } from '../src/db/migrate.ts';

/** Prints the SQL that makes all of schema.prisma from nothing (`npm run migration:sql`): the raw material of a migration. */
const folder = mkdtempSync(join(tmpdir(), 'koshel-sql-'));
chmodSync(folder, 0o755);
const server = await startEmbedded(folder, ['fsync=off']);
try {
  const sql = await schemaSql(server.url.replace(/\/[^/]*$/, '/postgres'));
  process.stdout.write(sql.replace(/^-- CreateSchema\nCREATE SCHEMA.*\n\n/, ''));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
