import type { GraphiQLOptions } from 'graphql-yoga';
import type { Config } from '../config.ts';

/** What GraphiQL opens with. */
export interface GraphiqlExample {
  query: string;
  /** Sent as the bearer credential: a demo partner's key. Null: none. */
  apiKey: string | null;
}

const WELCOME = `# Press the play button. Ctrl+Space completes, the book on the left is the whole schema.
# Put {"Authorization": "Bearer <your key>"} under "Headers" to see more than this.
query WhoAmI {
  viewer {
    kind
  }
}
`;

/** The page's options. Only one who calls this machine by its own name is given the key of the example. */
export function graphiqlOptions(request: Request, config: Config, example: GraphiqlExample | null): GraphiQLOptions {
  const apiKey = example?.apiKey && isOwnName(request, config) ? example.apiKey : null;
  const headers = apiKey === null ? {} : { headers: JSON.stringify({ Authorization: `Bearer ${apiKey}` }, null, 2) };
  return {
    title: 'Koshel',
    defaultQuery: example?.query ?? WELCOME,
    defaultEditorToolsVisibility: apiKey === null ? 'variables' : 'headers',
    shouldPersistHeaders: false,
    ...headers,
  };
}

/** The page with its scripts inside. It weighs nine megabytes and is loaded when the first person asks for it. */
export async function renderGraphiql(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}

/** A page elsewhere can make its own name point here (DNS rebinding) and would then read the answer. */
function isOwnName(request: Request, config: Config): boolean {
  const { hostname } = new URL(request.url);
  const own = config.publicUrl === null ? [] : [new URL(config.publicUrl).hostname];
  return ['localhost', '127.0.0.1', '[::1]', config.host, ...own].includes(hostname);
}
