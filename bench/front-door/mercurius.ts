import Fastify from 'fastify';
import mercurius from 'mercurius';
import { sha256 } from '../../src/lib/crypto.ts';
import { DOCUMENT, PARTNER_ID } from './data.ts';
import { schema } from './schema.ts';

/** Mercurius with its JIT and its persisted queries over the same schema; everybody is the partner. */

const app = Fastify();
const viewer = { kind: 'PARTNER', partnerId: PARTNER_ID, apiKeyId: 'key_bench', scopes: new Set(['WALLETS_READ']) };
await app.register(mercurius, {
  schema,
  jit: 1,
  context: () => ({ viewer }),
  persistedQueries: { [sha256(DOCUMENT)]: DOCUMENT },
  onlyPersisted: true,
});
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
process.once('disconnect', () => process.exit(0));
