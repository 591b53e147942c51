import { type Logger, pino } from 'pino';
import { redactText } from './redact.ts';

export type Log = Logger;

/**
 * The process's log: JSON lines, or readable ones on a terminal.
 * @param level a pino level
 * @param pretty readable lines instead of JSON
 */
export function createLog(level: string, pretty = false): Log {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['*.authorization', '*.password', '*.token', '*.secret'], censor: '[redacted]' },
    hooks: {
      logMethod(args, method) {
        method.apply(this, args.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg)) as typeof args);
      },
    },
    ...(pretty ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}
