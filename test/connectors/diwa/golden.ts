import { readGolden } from '../golden.ts';

/** The golden examples of the contract (section 5). */
export const { answerOf, documented, sent } = readGolden('diwa', ['examples']);
