import type { ServerResponse } from 'node:http';

/**
 * Writes a whole answer with status 200.
 * @param headers names and values in turn
 * @returns when it was given to the connection
 */
export type WriteAnswer = (res: ServerResponse, headers: string[], text: string) => Promise<void>;

interface Answer {
  res: ServerResponse;
  headers: string[];
  text: string;
  written(): void;
  failed(error: unknown): void;
}

/**
 * Writes the answers of one turn of the event loop together, at its end. Nobody waits when there is no company; with company, requests are worked off without a
 * system call between them, and a reader on this machine (a proxy) is woken once and not by each answer, which costs as much as the work of one.
 */
export function createAnswers(): WriteAnswer {
  let waiting: Answer[] = [];
  const write = () => {
    const due = waiting;
    waiting = [];
    for (const { res, headers, text, written, failed } of due) {
      try {
        const bytes = Buffer.byteLength(text);
        headers.push('Content-Length', String(bytes));
        res.writeHead(200, headers);
        // plain ASCII is the same in both, and is copied in place of being encoded
        res.end(text, bytes === text.length ? 'latin1' : 'utf8');
        written();
      } catch (error) {
        failed(error);
      }
    }
  };
  return (res, headers, text) =>
    new Promise((written, failed) => {
      if (waiting.length === 0) setImmediate(write);
      waiting.push({ res, headers, text, written, failed });
    });
}
