import { buckets } from './storage/buckets.ts'
import { changingTables } from './realtime/changes.ts'
import { maxItemsRead, maxRows } from './tables/read.ts'
import type { Column, TableView } from './tables/table.ts'
import { tablesOf } from './tables/tables.ts'

/** Returns the page that lists the tables, made of their definitions. */
export function tablesMarkdown(): string {
  const fronts = (['calling', 'shop', 'sales'] as const).flatMap((front) => [
    `## ${front[0]?.toUpperCase()}${front.slice(1)}`,
    '',
    `With \`/compat/${front}\` at the end of the Supabase URL a client sees these tables in these words.`,
    '',
    ...tablesOf(front).flatMap(tableMarkdown),
  ])
  return [
    '# Tables of the Supabase-compatible API',
    '',
    `Made by \`npm run generate\`. The [guide](supabase-compatible-api.md) describes the API. A response has at most ${maxRows} rows. What an operation cannot filter or sort itself is done on up to ${maxItemsRead} rows, and a query that would need more is refused.`,
    '',
    ...fronts,
    '## Changes',
    '',
    `\`postgres_changes\` reports: ${[...changingTables].map(code).join(', ')}.`,
    '',
    '## Buckets',
    '',
    '| bucket | read by | takes |',
    '|---|---|---|',
    ...buckets.map(
      ({ id, isPublic, isGreeting, accepts }) =>
        `| ${code(id)} | ${isPublic ? 'anyone' : 'members, signed addresses'} | ${isGreeting ? 'sound; an upload is a greeting' : accepts.source === '^image\\/' ? 'pictures' : 'files'} |`,
    ),
    '',
  ].join('\n')
}

const code = (text: string) => `\`${text}\``

function tableMarkdown(view: TableView): string[] {
  const { name, about, columns, embeds = {}, refuses = {} } = view
  const verbs = [
    'select',
    ...(view.insert ? [view.insert.conflict ? `insert, upsert on ${view.insert.conflict.join(', ')}` : 'insert'] : []),
    ...(view.update ? ['update'] : []),
    ...(view.remove ? ['delete'] : []),
  ]
  const names = (of: (column: Column) => boolean) =>
    Object.entries(columns)
      .filter(([, column]) => of(column))
      .map(([column]) => code(column))
      .join(', ')
  const writable = names(({ write }) => write !== undefined)
  const notes = Object.entries(columns).flatMap(([column, one]) => (one.about ? [`${code(column)}: ${one.about}`] : []))
  const reasons = [...new Set(Object.values(refuses))]
  return [
    `### ${name}`,
    '',
    about,
    '',
    `- ${verbs.join(', ')}${Object.keys(embeds).length > 0 ? `; embeds ${Object.keys(embeds).map(code).join(', ')}` : ''}`,
    ...(writable ? [`- written: ${writable}`] : []),
    `- read only: ${names(({ write }) => write === undefined) || 'none'}`,
    ...notes.map((note) => `- ${note}`),
    ...reasons.map((reason) => `- refused: ${reason}`),
    '',
  ]
}
