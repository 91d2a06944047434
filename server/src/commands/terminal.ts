import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Coloured where a person looks at it: not in a pipe, not with NO_COLOR. */
export const styled = (style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(style, text, { stream })

/** The value of a table cell. */
export type Cell = string | number | boolean | null

export interface ProgressBar {
  update(done: number, more?: string): void
  end(): void
}

const barWidth = 30

/** A progress bar on stderr; writes nothing when stderr is not a terminal. */
export function progressBar(label: string, total: number, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { update() {}, end() {} }
  let shown = ''
  return {
    update(done, more = '') {
      const share = total > 0 ? Math.min(1, done / total) : 0
      const full = Math.round(share * barWidth)
      const bar = styled('green', '█'.repeat(full), stream) + styled('dim', '░'.repeat(barWidth - full), stream)
      const line = `${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${more}`
      if (line === shown) return
      shown = line
      stream.write(`\r${line}\u001b[K`)
    },
    end() {
      if (shown) stream.write('\n')
    },
  }
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(rows: Record<string, Cell>[]): string {
  const names = Object.keys(rows[0] ?? {})
  const cells = [
    names.map((name) => name.replaceAll('_', ' ')),
    ...rows.map((row) => names.map((name) => String(row[name] ?? '-'))),
  ]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const isNumber = names.map((name) => rows.every((row) => typeof row[name] === 'number'))
  const toLine = (row: string[]) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  const [head = [], ...body] = cells
  return [styled('bold', toLine(head)), ...body.map(toLine)].join('\n')
}

/** Prints rows for a person, or as JSON for a script. */
export function printRows(rows: Record<string, Cell>[], { json = false, none = 'None.' } = {}): void {
  if (json) console.log(JSON.stringify(rows, null, 2))
  else console.log(rows.length === 0 ? none : table(rows))
}

/** Returns what is typed without an echo at a terminal, otherwise the first line of stdin. Throws when stdin is empty. */
export async function readPassword(): Promise<string> {
  const { stdin, stderr } = process
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY })
  try {
    if (stdin.isTTY) stderr.write('Password: ')
    for await (const line of lines) return line
    throw new Error('Give the password as the first line of stdin.')
  } finally {
    lines.close()
    if (stdin.isTTY) stderr.write('\n')
  }
}
