import type { FrameCodec } from '../../../platform/sockets/frame-codec.ts'
import { statusIn } from '../tables/campaigns.ts'
import type { FrontEndName, Item, TableView } from '../tables/table.ts'
import type { Row } from '../postgrest/matches.ts'

/** A change of a row, as `postgres_changes` reports it. */
export interface Change {
  table: string
  type: 'INSERT' | 'UPDATE'
  record: Row
}

/** How our live frames become changes of tables, by the frame's event. */
interface Source {
  table: string
  /** A column that only this view of the table has, where two front-ends have a table of the name. */
  of?: FrontEndName
  type(data: Item): Change['type']
  /** The operation's item that the frame stands for. */
  item?(data: Item): Item
}

/** A record that was never changed is new. */
const isNew = (created: string, updated: string) => (data: Item) =>
  data[created] === data[updated] ? 'INSERT' : 'UPDATE'

const sources: Record<string, readonly Source[]> = {
  'campaign:progress': [
    { table: 'campaigns', type: () => 'UPDATE', item: (data) => ({ ...data, id: data.campaign_id }) },
    { table: 'dialer_jobs', type: () => 'UPDATE', item: (data) => ({ ...data, id: data.campaign_id }) },
  ],
  'call:logged': [{ table: 'call_logs', type: () => 'INSERT', item: (data) => ({ ...data, id: data.attempt_id }) }],
  'message:new': [{ table: 'messages', of: 'shop', type: () => 'INSERT' }],
  'message:update': [{ table: 'messages', of: 'shop', type: () => 'UPDATE' }],
  'conversation:update': [{ table: 'conversations', of: 'shop', type: isNew('createdAt', 'updatedAt') }],
  'order:update': [{ table: 'form_submissions', of: 'shop', type: isNew('submittedAt', 'updatedAt') }],
}

/** Tables whose changes can be subscribed to. */
export const changingTables = new Set(Object.values(sources).flatMap((list) => list.map(({ table }) => table)))

/** Fields of a frame that a row has; what it does not carry is left out rather than null. */
const present = (view: TableView, item: Item, row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || knownNull(view, item, name)))

const knownNull = ({ columns }: TableView, item: Item, name: string): boolean => {
  const read = columns[name]?.read(item)
  return read === null && Object.hasOwn(item, name)
}

/**
 * Writes our live frames as lists of changes in the shape of these tables. It is a codec so that a change for many sockets
 * is made once.
 */
export function changesCodec(views: readonly TableView[], front: FrontEndName | 'all'): FrameCodec {
  const viewOf = ({ table, of }: Source) => views.find((view) => view.name === table && (!of || view.of.includes(of)))
  return {
    decode: () => ({ event: '', data: {} }),
    encode({ event, data }) {
      const changes = (sources[event] ?? []).flatMap((source): Change[] => {
        const view = viewOf(source)
        if (!view) return []
        const item = source.item?.(data as Item) ?? (data as Item)
        return [
          { table: source.table, type: source.type(data as Item), record: present(view, item, safeRow(view, item)) },
        ]
      })
      return changes.length > 0 ? JSON.stringify(changes) : undefined
    },
  }

  /** A frame may lack what a column is made of. */
  function safeRow(view: TableView, item: Item): Row {
    const row: Row = {}
    for (const [name, column] of Object.entries(view.columns)) {
      try {
        row[name] = column.read(item) ?? null
      } catch {
        row[name] = null
      }
    }
    if (view.name === 'campaigns' && typeof item.status === 'string') row.status = statusIn(front, item.status)
    return row
  }
}
