import { type Options, parse } from 'csv-parse'
import { parse as parseAtOnce } from 'csv-parse/sync'
import { Readable } from 'node:stream'
import { type CsvEncoding, decodeHead, decodeText, detectEncoding } from './csv-text.ts'

/** The encoding, delimiter and header line of a CSV file. */
export interface CsvForm {
  encoding: CsvEncoding
  delimiter: string
  /** The line of the header, if it is not the first: Excel can write `sep=;` above it. */
  headerLine?: number
}

/** The part of a file that is read to detect its form. */
export const headBytes = 64 * 1024

const delimiters = [',', ';', '\t', '|']

/** Detects encoding and delimiter from the beginning of a file. */
export function detectForm(head: Uint8Array): CsvForm {
  const encoding = detectEncoding(head)
  const [firstLine = ''] = decodeHead(head, encoding)
    .replace(/^[\r\n]+/, '')
    .split(lineEnd, 1)
  const [, declared] = /^sep=(.)$/i.exec(firstLine) ?? []
  if (declared !== undefined) return { encoding, delimiter: declared, headerLine: 2 }
  const counts = delimiters.map((delimiter) => outsideQuotes(firstLine).split(delimiter).length)
  return { encoding, delimiter: delimiters[counts.indexOf(Math.max(...counts))] as string }
}

const lineEnd = /\r?\n|\r/
const outsideQuotes = (line: string) => line.replace(/"[^"]*"/g, '')

const maxRowBytes = 256 * 1024

const parserOptions = (form: CsvForm): Options => ({
  delimiter: form.delimiter,
  // Line ends can be mixed: a header of one system above rows of another.
  record_delimiter: ['\r\n', '\n', '\r'],
  from_line: form.headerLine ?? 1,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  trim: true,
  info: true,
  max_record_size: maxRowBytes,
})

export interface CsvRow {
  /** 1 is the header. */
  line: number
  cells: string[]
}

interface ParsedRecord {
  record: string[]
  info: { lines: number }
}

/** Returns the first rows, for a preview. Throws `CsvError` of csv-parse when the file does not have that form. */
export function readFirstRows(head: Uint8Array, form: CsvForm, count: number): CsvRow[] {
  const rows = parseAtOnce(decodeHead(head, form.encoding), {
    ...parserOptions(form),
    to: count,
  }) as unknown as ParsedRecord[]
  return rows.map(toRow)
}

/** Yields every row in order, with bounded memory. */
export async function* readRows(content: Readable, form: CsvForm): AsyncGenerator<CsvRow> {
  const text = Readable.from(decodeText(content, form.encoding, maxRowBytes))
  const parser = text.pipe(parse(parserOptions(form)))
  text.once('error', (error) => parser.destroy(error))
  for await (const record of parser as AsyncIterable<ParsedRecord>) yield toRow(record)
}

const toRow = ({ record, info }: ParsedRecord): CsvRow => ({ line: info.lines, cells: record })
