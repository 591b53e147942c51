/** The longest name that lists are ordered by: index entries have a bound. */
const SORTED = 200;
/** So much of what was typed is searched for. */
const TYPED = 100;
/** The longest text that is searched in; keywords beyond it are lost to search. */
const SEARCHED = 2_000;
const GRAM = 3;

/** A text as it is compared: lower case, one blank between words, `ё` as `е`. Done here, for a database may know no Cyrillic. */
export const folded = (text: string): string =>
  text.toLocaleLowerCase('ru').replaceAll('ё', 'е').replace(/\s+/g, ' ').trim();

/** What is kept beside a service for search and order. */
export function searchColumns(name: string, keywords: string | null): { text: string; grams: string[]; sort: string } {
  const text = [...`${folded(name)}\n${folded(keywords ?? '')}`.trim()].slice(0, SEARCHED).join('');
  return { text, grams: gramsOf(text), sort: [...folded(name)].slice(0, SORTED).join('') };
}

/** A search: every word must stand somewhere in the text. */
export interface Search {
  /** Folded, with what LIKE would take for wildcards escaped. */
  words: string[];
  /** Pieces that the index can look up; none when all words are shorter than a piece. */
  grams: string[];
}

/** Reads what a person typed; null when there is nothing in it to search for. */
export function searchOf(typed: string | null | undefined): Search | null {
  const words = folded([...(typed ?? '')].slice(0, TYPED).join(''))
    .split(' ')
    .filter((word) => word !== '');
  if (words.length === 0) return null;
  return {
    words: words.map((word) => word.replace(/[\\%_]/g, '\\$&')),
    grams: [...new Set(words.flatMap(gramsOf))],
  };
}

/** Every three characters of each word that stand together. */
function gramsOf(text: string): string[] {
  const grams = new Set<string>();
  for (const word of text.split(/\s/)) {
    const letters = [...word];
    for (let at = 0; at + GRAM <= letters.length; at += 1) grams.add(letters.slice(at, at + GRAM).join(''));
  }
  return [...grams];
}
