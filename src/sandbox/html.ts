/** The pages that a person sees: plain HTML, no outside assets, nothing that needs a script. */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in HTML, also in an attribute. */
const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

/** HTML that is already safe. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Builds HTML: everything put in is escaped, but what is Html already; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: (Html | Html[] | string | number | undefined)[]): Html {
  const render = (value: Html | Html[] | string | number | undefined): string => {
    if (value === undefined) return '';
    if (Array.isArray(value)) return value.map(render).join('');
    return value instanceof Html ? value.text : escapeText(String(value));
  };
  return new Html(parts.map((part, index) => part + render(values[index])).join(''));
}

const style = new Html(`
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --ground: #eef1f5; --line: #c9d1db; --accent: #0b6b58; --quiet: #5b6675; --bad: #a4262c }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --paper: #1b222c; --ground: #11161d; --line: #3a4655; --accent: #4cc3a5; --quiet: #9aa7b6; --bad: #ff8f8f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.75rem }
h1 { font-size: 1.15rem; margin: 0 0 .25rem }
.sum { font-size: 2rem; font-weight: 650; font-variant-numeric: tabular-nums; margin: .25rem 0 1rem }
.quiet { color: var(--quiet); font-size: .875rem; margin: .25rem 0 }
.bad { color: var(--bad); font-size: .875rem; margin: 0 0 .75rem }
label { display: block; font-size: .875rem; margin: 0 0 .85rem }
input, select { display: block; width: 100%; margin-top: .2rem; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; font-variant-numeric: tabular-nums }
input[type=checkbox] { display: inline; width: auto; margin: 0 .5rem 0 0 }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem }
button { width: 100%; padding: .7rem; font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--paper); cursor: pointer; margin-bottom: .6rem }
button.other { background: transparent; color: var(--ink); border-color: var(--line); font-weight: 400 }
details { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem; font-size: .875rem }
summary { cursor: pointer; color: var(--quiet) }
code { font-variant-numeric: tabular-nums }
a { color: var(--accent) }
ul { padding-left: 1.1rem; margin: .5rem 0 }`);

/** A whole page around its content. */
export function document(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.text;
}
