import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A mail server that misbehaves on purpose. */
export interface OddSmtp {
  /** Message-IDs of the mails whose text came whole. */
  seen: string[];
  close(): Promise<void>;
}

interface Oddity {
  port: number;
  /** The reply to RCPT TO. */
  recipient?: string;
  /** Hang up after the whole mail has come, without a reply: the sender cannot know whether it was taken. */
  hangUp?: boolean;
}

/** Listens on a port of 127.0.0.1 until it is closed, or the test ends. */
export async function oddSmtp({ port, recipient = '250 ok', hangUp = false }: Oddity): Promise<OddSmtp> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    talk(socket, { recipient, hangUp, seen });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(async () => {
    if (server.listening) await close();
  });
  return { seen, close };
}

interface Manners {
  recipient: string;
  hangUp: boolean;
  seen: string[];
}

function talk(socket: Socket, { recipient, hangUp, seen }: Manners): void {
  let mail: string | null = null;
  let rest = '';
  const say = (line: string) => socket.write(`${line}\r\n`);
  const replies: [RegExp, string][] = [
    [/^RCPT TO/i, recipient],
    [/^DATA/i, '354 go on'],
    [/^QUIT/i, '221 bye'],
    [/./, '250 ok'],
  ];
  const command = (line: string) => {
    if (/^DATA/i.test(line)) mail = '';
    say(replies.find(([pattern]) => pattern.test(line))?.[1] ?? '250 ok');
  };
  const ended = (text: string) => {
    mail = null;
    seen.push(/^Message-ID: <(.+)>/im.exec(text)?.[1] ?? '');
    if (hangUp) socket.destroy();
    else say('250 taken');
  };
  say('220 odd');
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (mail === null) command(line);
      else if (line === '.') ended(mail);
      else mail += `${line}\r\n`;
    }
  });
}
