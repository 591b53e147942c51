/** @see compile.js */
export function compile(source: string): Promise<string>;
