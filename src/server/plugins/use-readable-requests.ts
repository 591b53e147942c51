import { GraphQLError } from 'graphql';
import type { EdgePlugin } from '../door/known-hooks.ts';
import { edgeError } from '../faults.ts';

/**
 * What cannot be read as a request is the caller's mistake, said with 400: variables that are no JSON in an address, a multipart map
 * that is none. Yoga's parsers throw there what would pass for a fault of ours. Stands behind all plugins that change the parser.
 */
export function useReadableRequests(): EdgePlugin {
  return {
    atDoor: { onRequestParse: 'what the door cannot read it passes on' },
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          throw readingError(error);
        }
      });
    },
  };
}

function readingError(error: unknown): unknown {
  if (error instanceof GraphQLError) {
    return error.extensions['code'] ? error : edgeError(`${error.message}.`, 'BAD_REQUEST');
  }
  if (!(error instanceof SyntaxError || error instanceof TypeError)) return error;
  const advice =
    'Send `variables` and `extensions` as JSON objects; in a multipart request `map` as {"0": ["variables.file"]}, behind `operations`.';
  return edgeError(`The request cannot be read. ${advice}`, 'BAD_REQUEST');
}
