import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const styles: Record<string, Style> = { warn: 'yellow', error: 'red', fatal: 'red', debug: 'dim', trace: 'dim' }

/** Lines of the log as a person at a terminal reads them: time, level, sentence, and the rest as name=value. */
export function forPerson(out: NodeJS.WritableStream): { write(line: string): void } {
  return { write: (line) => void out.write(`${prettyLine(line, out)}\n`) }
}

export function prettyLine(line: string, out: NodeJS.WritableStream): string {
  const { level, time, msg = '', err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const style = styles[String(level)]
  const paint = (text: string, as: Style) => styleText(as, text, { stream: out })
  const word = String(level).toUpperCase().padEnd(5)
  const more = Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`)
  return [
    [
      paint(new Date(String(time)).toTimeString().slice(0, 8), 'dim'),
      style ? paint(word, style) : word,
      ...String(msg).split('\n').slice(0, 1),
      ...(more.length > 0 ? [paint(more.join(' '), 'dim')] : []),
    ].join(' '),
    ...String(msg).split('\n').slice(1),
    ...(err ? [paint(shown((err as { stack?: unknown }).stack ?? err), 'dim')] : []),
  ].join('\n')
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
