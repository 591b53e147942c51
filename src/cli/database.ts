import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { describeDemo } from './demo.ts';

/** `migrate` and `seed`. */
export function databaseCommands(context: CliContext): Command[] {
  const migrate = new Command('migrate')
    .description('bring the database to the newest schema (start does it too)')
    .action(async () => {
      const { openConfiguredDatabase } = await import('../server/database.ts');
      const { migrated, close } = await openConfiguredDatabase(context.config(), context.log(), 'share');
      await close();
      context.print(migrated.length ? `Applied: ${migrated.join(', ')}` : 'The database is up to date.');
    });
  const seed = new Command('seed')
    .description('make the demo partner, its customers and wallets, or find them; print a key and a fresh token')
    .action(async () => {
      const { deps, close } = await context.open();
      try {
        const { seedDemo } = await import('../domain/seed.ts');
        const { config } = deps;
        const url = config.publicUrl ?? `http://${config.host}:${config.port}`;
        context.print(describeDemo(await seedDemo(deps, null), url));
      } finally {
        await close();
      }
    });
  return [migrate, seed];
}
