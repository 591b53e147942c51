import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { countSpent } from './count.ts';

/** The real gateway in a process of its own: it tells its parent the port and, when asked, what it has spent. */
const app = await startApp(loadConfig(), { log: pino({ level: 'silent' }) });
const spent = countSpent(app.deps.db.pool);
process.send?.(app.port);
process.on('message', () => process.send?.(spent()));
process.once('disconnect', () => {
  void app.stop().then(() => process.exit(0));
});
