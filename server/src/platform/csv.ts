type Cell = string | number | boolean | null

/** One line of CSV (RFC 4180). */
export const toCsvLine = (cells: Cell[]): string => `${cells.map(toCell).join(',')}\r\n`

/**
 * A cell that a spreadsheet will not take for a formula: a text that begins like one, also in the wide or small letters of
 * East Asian programs, gets an apostrophe in front. Plain
 * telephone numbers may keep their plus.
 */
export function toCell(value: Cell): string {
  const text = value === null ? '' : String(value)
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]/.test(text) && !/^\+\d+$/.test(text)
  const safe = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
