/** The Verhoeff check digit (section 2.4): lets an app notice a mistyped security code before it is sent. */

/** Multiplication in the dihedral group D5. */
const times = (a: number, b: number): number => {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b - 5) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
};

const FIRST = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

const permute = (digit: number, rounds: number): number => {
  let value = digit;
  for (let round = 0; round < rounds; round += 1) value = FIRST[value] ?? 0;
  return value;
};

/** The check digit of a string of digits. */
export function checkDigit(digits: string): string {
  const sum = [...digits]
    .reverse()
    .reduce((state, digit, index) => times(state, permute(Number.parseInt(digit, 10), (index + 1) % 8)), 0);
  return String(sum < 5 ? (5 - sum) % 5 : sum);
}
