import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';

/** The real gateway in a process of its own: it tells its parent the port, and what CPU it has used when asked. */
const app = await startApp(loadConfig(), { log: pino({ level: 'warn' }) });
process.send?.(app.port);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.once('disconnect', () => {
  void app.stop().then(() => process.exit(0));
});
