import { lineOf, type Node, type Source, textOf, walk } from './source.ts';

/** A rule of the house: what it finds in a file, and what to do instead. */
export interface Rule {
  name: string;
  instead: string;
  find(source: Source): Finding[];
}

export interface Finding {
  line: number;
  what: string;
}

/** `src/connectors/http.ts:12: fetch(url)`: a line that editors can open. */
export const report = (rule: Rule, sources: Source[]): string[] =>
  sources.flatMap((source) =>
    rule.find(source).map(({ line, what }) => `${source.path}:${line}: ${what}. Instead: ${rule.instead}`),
  );

const nodes = (source: Source, test: (node: Node) => boolean, what: (text: string) => string): Finding[] =>
  [...walk(source.ast)].filter(test).map((node) => ({
    line: lineOf(source, node.start),
    what: what(textOf(source, node).split('\n')[0] ?? ''),
  }));

const calleeOf = (source: Source, node: Node) =>
  node.type === 'CallExpression' || node.type === 'NewExpression' ? textOf(source, node['callee'] as Node) : '';

/** `process.env` is read in one place, so that every variable is checked, documented and named when it is missing. */
export const environment: Rule = {
  name: 'process.env is read in config.ts only',
  instead: 'add the variable to src/config.ts and take it from Config.',
  find: (source) =>
    source.path === 'src/config.ts'
      ? []
      : nodes(
          source,
          (node) => node.type === 'MemberExpression' && textOf(source, node) === 'process.env',
          (text) => text,
        ),
};

/** A page is found by the key of the row before it: what is skipped by number is read all the same, and shifts while one reads. */
export const keyset: Rule = {
  name: 'lists are read by key, never by number',
  instead: 'begin after the last row’s key: pageByIdDescending, or a condition on what the list is ordered by.',
  find: (source) =>
    nodes(
      source,
      (node) =>
        (node.type === 'Property' && /^'?skip'?\b/.test(textOf(source, node))) ||
        (['Literal', 'TemplateElement'].includes(node.type) && /\bOFFSET\s*(\d|\$|$)/.test(textOf(source, node))),
      (text) => text,
    ),
};

/** `afterAll` inside a hook or a test is never run: what a helper starts there would stay until the worker ends. */
export const cleaning: Rule = {
  name: 'what helpers of tests start is cleaned up by atEnd',
  instead: 'atEnd(clean) of test/support/at-end.ts, which works wherever the helper is called.',
  find: (source) =>
    /^test\/support\/(?!setup)/.test(source.path)
      ? nodes(
          source,
          (node) => calleeOf(source, node) === 'afterAll',
          (text) => text,
        )
      : [],
};

/** Events reach the log moments after their commit: who reads the table at once finds now and then one too few. */
export const recorded: Rule = {
  name: 'scenarios read the event log by recordedEvents',
  instead: 'recordedEvents of test/support/recorded-events.ts, which has what was committed put in order first.',
  find: (source) =>
    source.path.startsWith('test/scenarios/')
      ? nodes(
          source,
          (node) =>
            (node.type === 'MemberExpression' && /\.eventLog$/.test(textOf(source, node))) ||
            (['Literal', 'TemplateElement'].includes(node.type) &&
              /\bFROM event_(of_)?log\b/.test(textOf(source, node))),
          (text) => text,
        )
      : [],
};

/** One HTTP client has the deadlines, the size cap and the redaction. */
export const httpClient: Rule = {
  name: 'only connectors/http.ts calls out over HTTP',
  instead: 'call through the client of src/connectors/http.ts, which has deadlines, a size cap and redaction.',
  find: (source) => {
    if (source.path === 'src/connectors/http.ts') return [];
    const calls = nodes(
      source,
      (node) => /^(globalThis\.)?fetch$/.test(calleeOf(source, node)),
      (text) => text,
    );
    // the emulators call webhooks, and command lines talk to what runs elsewhere; none of it is part of the gateway
    const emulator = source.path.startsWith('src/sandbox/') || source.path === 'src/cli/sandbox.ts';
    if (source.path === 'src/cli/documents-remote.ts') return [];
    const clients = emulator ? [] : source.imports.filter(({ target }) => /^(undici|axios|got|ky)$/.test(target));
    return [...calls, ...clients.map(({ line, target }) => ({ line, what: `import of ${target}` }))];
  },
};

const amounts = /amount|minor|money|balance|fee|price|sum\b|total|spent|available|posted|debit|credit|kopeck|refund/i;
const lossy = /^(Number|parseFloat|Number\.parseFloat|Math\.(round|floor|ceil|trunc))$/;

/** A kopeck that went through a double is not a kopeck any more. */
export const doubles: Rule = {
  name: 'amounts never become JavaScript numbers outside money/',
  instead: 'keep minor units as bigint; parse and format with src/money/money.ts, multiply with src/money/decimal.ts.',
  find: (source) => {
    if (source.path.startsWith('src/money/')) return [];
    const lossyCall = (node: Node) =>
      lossy.test(calleeOf(source, node)) &&
      amounts.test((node['arguments'] as Node[]).map((argument) => textOf(source, argument)).join());
    const plus = (node: Node) =>
      node.type === 'UnaryExpression' && node['operator'] === '+' && amounts.test(textOf(source, node));
    const fixed = (node: Node) => /\.toFixed$/.test(calleeOf(source, node)) && amounts.test(calleeOf(source, node));
    return nodes(
      source,
      (node) => lossyCall(node) || plus(node) || fixed(node),
      (text) => text,
    );
  },
};

/** A file is read in one sitting. */
export const fileLength = (max: number, known: Record<string, number>): Rule => ({
  name: `files have at most ${max} lines`,
  instead: 'split the file where its subject changes; one verb, one file.',
  find: ({ path, lines }) =>
    lines > (known[path] ?? max) ? [{ line: lines, what: `${lines} lines, at most ${known[path] ?? max}` }] : [],
});

/** A function fits on a screen. */
export const functionLength = (max: number): Rule => ({
  name: `functions have at most ${max} lines`,
  instead: 'give its steps names: each a function of its own below it.',
  find: (source) =>
    [...walk(source.ast)].flatMap((node) => {
      if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return [];
      if (isFieldTable(source, node)) return [];
      const lines = textOf(source, node).split('\n').length;
      return lines > max ? [{ line: lineOf(source, node.start), what: `a function of ${lines} lines` }] : [];
    }),
});

/** Pothos wants the fields of a type in one function: `fields: (t) => ({…})` is a table, and no line of it is control flow. */
const isFieldTable = (source: Source, node: Node): boolean =>
  source.path.startsWith('src/graphql/') &&
  node.type === 'ArrowFunctionExpression' &&
  node['expression'] === true &&
  /\bfields: $|Fields\($/.test(source.text.slice(0, node.start));

/** `any` and ignored errors have to say why. */
export const escapes: Rule = {
  name: 'any and ts-ignore give their reason',
  instead:
    'use unknown and narrow it; where a library forces any, say so: `// biome-ignore lint/suspicious/noExplicitAny: why`.',
  find: (source) => {
    const lines = source.text.split('\n');
    const excused = ({ line }: Finding) =>
      lines
        .slice(Math.max(0, line - 4), line)
        .some((text) => /biome-ignore lint\/suspicious\/noExplicitAny: \S.{8,}/.test(text));
    const anys = nodes(
      source,
      (node) => node.type === 'TSAnyKeyword',
      () => 'any',
    ).filter((found) => !excused(found));
    const ignores = lines.flatMap((text, index) =>
      /^\s*(\/\/|\/?\*+) *@ts-(ignore|nocheck|expect-error)(?! .{8,})/.test(text)
        ? [{ line: index + 1, what: text.trim() }]
        : [],
    );
    return [...anys, ...ignores];
  },
};

// put together, or it would find itself
const promise = new RegExp(`(//|/?\\*).*\\b(${['TO', 'FIX'].map((word, at) => word + ['DO', 'ME'][at]).join('|')})\\b`);

/** What is to be done stands in the issues; the code says what is. */
export const promises: Rule = {
  name: 'no promises in the code',
  instead: 'do it, or write it down as an issue.',
  find: ({ text }) =>
    text.split('\n').flatMap((line, index) => (promise.test(line) ? [{ line: index + 1, what: line.trim() }] : [])),
};

/** Whoever calls a function of another file learns what it does without reading it. */
export const docstrings: Rule = {
  name: 'exported functions have a docstring',
  instead:
    'write a /** sentence */ above it: what it does, what the parameters mean where their names do not say it, what it throws.',
  find: (source) =>
    ((source.ast['body'] as Node[]) ?? []).flatMap((node) => {
      const declaration = node.type === 'ExportNamedDeclaration' ? (node['declaration'] as Node | null) : null;
      if (!declaration || !isFunction(declaration)) return [];
      const above = source.text
        .slice(0, node.start)
        .replace(/(\s*\/\/[^\n]*\n\s*)+$/, '')
        .trimEnd();
      const documented = above.endsWith('*/') && above.slice(above.lastIndexOf('/*')).startsWith('/**');
      return documented ? [] : [{ line: lineOf(source, node.start), what: textOf(source, node).split('\n')[0] ?? '' }];
    }),
};

function isFunction(declaration: Node): boolean {
  if (declaration.type === 'FunctionDeclaration') return true;
  const [first] = (declaration['declarations'] as Node[] | undefined) ?? [];
  return (first?.['init'] as Node | undefined)?.type === 'ArrowFunctionExpression';
}
