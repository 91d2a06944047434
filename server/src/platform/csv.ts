/**
 * One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front; telephone
 * numbers in E.164 stay as they are.
 */
export const toCsvLine = (cells: (string | number | boolean | null)[]): string => `${cells.map(toCell).join(',')}\r\n`

function toCell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value)
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text) && typeof value === 'string'
  const safe = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
