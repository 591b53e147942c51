import type { Message } from './mailbox.ts';

/** Text as it may stand in HTML. */
const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif }
article { border-top: 1px solid #8886; padding: 1rem 0 }
h1 { font-size: 1.25rem }
h2 { font-size: 1rem; margin: 0 }
p { margin: 0; font-size: .875rem; opacity: .75 }
pre { margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem }`;

/** The mailbox as a person reads it: newest first, no outside assets, nothing that needs a script. */
export function mailboxPage(messages: Message[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox of the sandbox</title>
<style>${style}</style>
</head>
<body>
<h1>Mailbox of the sandbox</h1>
${messages.length === 0 ? '<p>Nothing has come yet.</p>' : messages.map(article).join('\n')}
</body>
</html>
`;
}

function article({ number, medium, from, to, subject, text, receivedAt }: Message): string {
  const title = subject ?? (medium === 'SMS' ? 'Text message' : '(no subject)');
  const sender = from === null ? '' : ` from ${escapeText(from)}`;
  return `<article id="${number}">
<h2>${escapeText(title)}</h2>
<p>${medium === 'SMS' ? 'sms' : 'mail'} to ${escapeText(to)}${sender}, <time>${receivedAt}</time></p>
<pre>${escapeText(text)}</pre>
</article>`;
}
