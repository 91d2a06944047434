/** The plans of a request by PostgreSQL's auto_explain, under the same role and row security. */
import type pg from 'pg'

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

export interface SeenPlan {
  query: string
  root: PlanNode
}

/** Makes every later connection of the role report its plans as notices. Needs a superuser. */
export async function explainEverything(db: pg.Client, role: string): Promise<void> {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
  }
  for (const [name, value] of Object.entries(settings)) await db.query(`alter role ${role} set ${name} = '${value}'`)
}

/** Collects the plans of this pool's connections from now on. */
export function hearPlans(pool: pg.Pool, hear: (plan: SeenPlan) => void): void {
  pool.on('connect', (client) =>
    client.on('notice', ({ message = '' }) => {
      const start = message.indexOf('plan:\n')
      if (start < 0) return
      const { 'Query Text': query, Plan: root } = JSON.parse(message.slice(start + 6)) as {
        'Query Text': string
        Plan: PlanNode
      }
      hear({ query, root })
    }),
  )
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

export const touches = ({ root }: SeenPlan, tables: readonly string[]) =>
  nodesOf(root).some((node) => tables.includes(node['Relation Name'] ?? ''))

/** Returns the big tables that were scanned sequentially. */
export const readWhole = ({ root }: SeenPlan, tables: readonly string[]) =>
  nodesOf(root)
    .filter((node) => node['Node Type'] === 'Seq Scan' && tables.includes(node['Relation Name'] ?? ''))
    .map((node) => node['Relation Name'])

/** Returns the scans of the big tables with their rows, and the sorts and aggregates. */
export function describePlan({ root }: SeenPlan, tables: readonly string[]): string {
  const parts = nodesOf(root).flatMap((node) => {
    const { 'Node Type': type, 'Relation Name': table = '', 'Index Name': index = '' } = node
    const rows = Math.round(
      node['Actual Loops'] *
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)),
    )
    if (tables.includes(table)) return [`${type} ${index || table} (${rows})`]
    if (type === 'Bitmap Index Scan' || /Sort|Aggregate/.test(type)) return [`${type}${index && ` ${index}`} (${rows})`]
    return []
  })
  return parts.join(' ← ')
}
