import { type Options, parse } from 'csv-parse'
import { parse as parseAtOnce } from 'csv-parse/sync'
import { Readable } from 'node:stream'

/** How a file of rows is written down. */
export interface CsvForm {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
  delimiter: string
  /** The line of the header, when it is not the first: Excel may put `sep=;` above it. */
  headerLine?: number
}

/** As much of a file as is looked at to find out its form. */
export const headBytes = 64 * 1024

const delimiters = [',', ';', '\t', '|']

/** Tells encoding and delimiter from the beginning of a file. */
export function detectForm(head: Uint8Array): CsvForm {
  const encoding = detectEncoding(head)
  const [firstLine = ''] = decode(head, encoding).split(/\r?\n|\r/, 1)
  const [, declared] = /^sep=(.)$/i.exec(firstLine) ?? []
  if (declared !== undefined) return { encoding, delimiter: declared, headerLine: 2 }
  const counts = delimiters.map((delimiter) => outsideQuotes(firstLine).split(delimiter).length)
  return { encoding, delimiter: delimiters[counts.indexOf(Math.max(...counts))] as string }
}

const outsideQuotes = (line: string) => line.replace(/"[^"]*"/g, '')

function detectEncoding(head: Uint8Array): CsvForm['encoding'] {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  try {
    // The last character may be cut in two, which a streaming decoder forgives.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}

const decode = (bytes: Uint8Array, encoding: CsvForm['encoding']) =>
  new TextDecoder(encoding).decode(bytes, { stream: true })

const parserOptions = (form: CsvForm): Options => ({
  delimiter: form.delimiter,
  from_line: form.headerLine ?? 1,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  trim: true,
  info: true,
  max_record_size: 256 * 1024,
})

export interface CsvRow {
  /** 1 is the header's. */
  line: number
  cells: string[]
}

interface ParsedRecord {
  record: string[]
  info: { lines: number }
}

/** The first rows, for a preview. Throws `CsvError` of csv-parse when the file is not of that form. */
export function readFirstRows(head: Uint8Array, form: CsvForm, count: number): CsvRow[] {
  const rows = parseAtOnce(decode(head, form.encoding), {
    ...parserOptions(form),
    to: count,
  }) as unknown as ParsedRecord[]
  return rows.map(toRow)
}

/** Every row in order, with bounded memory. */
export async function* readRows(content: Readable, form: CsvForm): AsyncGenerator<CsvRow> {
  const decoder = new TextDecoder(form.encoding)
  const text = Readable.from(
    (async function* () {
      for await (const chunk of content as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true })
      yield decoder.decode()
    })(),
  )
  const parser = text.pipe(parse(parserOptions(form)))
  text.once('error', (error) => parser.destroy(error))
  for await (const record of parser as AsyncIterable<ParsedRecord>) yield toRow(record)
}

const toRow = ({ record, info }: ParsedRecord): CsvRow => ({ line: info.lines, cells: record })
