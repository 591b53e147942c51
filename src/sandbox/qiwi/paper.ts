/** Small files that a person can open: a PDF page of Latin text, and a picture. */

const literal = (text: string): string => text.replace(/[\\()]/g, (sign) => `\\${sign}`);

/** A PDF of one page: a heading and lines, ASCII only. */
export function pdf(title: string, lines: readonly string[]): Buffer {
  const rows = lines.map((line) => `0 -20 Td (${literal(line)}) Tj`).join('\n');
  const content = `BT /F1 18 Tf 60 770 Td (${literal(title)}) Tj\n/F1 11 Tf\n${rows}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${`${offset}`.padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(`${file}xref\n0 ${size}\n0000000000 65535 f \n${table}${trailer}`, 'latin1');
}

const huffman = (table: string): string => `ffc40014${table}01${'00'.repeat(15)}00`;

/** A JPEG of one grey pixel: HIS-4 promises a file, not its looks. */
export const receiptPicture: Buffer = Buffer.from(
  [
    'ffd8',
    'ffe000104a46494600010100000100010000',
    `ffdb004300${'01'.repeat(64)}`,
    'ffc0000b080001000101011100',
    huffman('00'),
    huffman('10'),
    'ffda0008010100003f003f',
    'ffd9',
  ].join(''),
  'hex',
);
