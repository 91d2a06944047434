import { type RawBuilder, sql } from 'kysely'
import type { Call } from '../../../platform/database/statement.ts'
import type { StoredQuality } from './quality.ts'
import type { CallLogEntry, CallSourceName } from './schema.ts'

/**
 * The calls of one module, for the log of all calls. A module lists its source in `callSources` of its `Module`. Every list
 * is read in the order of `started_at` and id, from an index, and at most `rows` of it.
 */
export interface CallSource {
  readonly source: CallSourceName
  /** Null when no call of this source can match. */
  list(filter: CallFilter): Call<CallRow> | null
  /** The call with this id, with its entire transcript. */
  find(p: { id: string }): Call<CallRow>
  /** Calls by local date, days without calls left out. `from` is a local date. */
  sums(p: SumRange): Call<DaySum>
}

/** A row of the log. The log adds the name of the contact. */
export interface CallRow extends Omit<CallLogEntry, 'contact_name' | 'recording_url' | 'quality'> {
  quality: StoredQuality | null
  /** `started_at` as PostgreSQL writes it, for the cursor. */
  at: string
  /** The name that came with the call; the contact's name takes precedence. */
  name: string | null
  /** The stored recording, or its address elsewhere. */
  recording_file_id: string | null
  recording_filename: string | null
  recording_url: string | null
}

/** The filters of a list, as its source reads them. Null: not filtered. */
export interface CallFilter {
  status: string | null
  direction: 'inbound' | 'outbound' | null
  campaign_id: string | null
  client_id: string | null
  contact_id: string | null
  /** Spellings of the other party's number, and the contacts who have it. */
  numbers: string[] | null
  number_contacts: string[] | null
  /** Contacts and numbers that match a search; a call matches with either. */
  found_contacts: string[] | null
  found_numbers: string[] | null
  /** ISO 8601. `until` is exclusive. */
  from: string | null
  until: string | null
  /** The position after which the page begins. */
  before_at: string | null
  before_id: string | null
  /** How many rows are read: see `rowsToRead`. */
  rows: string
}

export interface SumRange {
  /** A date, like `2026-11-30`. */
  from: string
  tz: string
}

export interface DaySum {
  date: string
  calls: number
  answered: number
  seconds: number
  cost_micros: number
}

/** Returns which filters are set: the shape of a list for `variants`. */
export const shapeOf = (filter: CallFilter) => ({
  by_status: filter.status !== null,
  outbound: filter.direction === 'outbound',
  of_campaign: filter.campaign_id !== null,
  of_client: filter.client_id !== null,
  of_contact: filter.contact_id !== null,
  of_number: filter.numbers !== null,
  searched: filter.found_contacts !== null,
  since: filter.from !== null,
  until: filter.until !== null,
  continued: filter.before_at !== null,
  rows: filter.rows,
})
export type CallListShape = ReturnType<typeof shapeOf>

type Column = RawBuilder<unknown>

/** The conditions on time and position, the order and the limit of a list. `and` comes first. */
export const inOrder = (p: CallFilter, shape: CallListShape, at: Column, id: Column) => sql`
       ${shape.since ? sql`and ${at} >= ${p.from}::timestamptz` : sql``}
       ${shape.until ? sql`and ${at} < ${p.until}::timestamptz` : sql``}
       ${shape.continued ? sql`and (${at}, ${id}) < (${p.before_at}::timestamptz, ${p.before_id}::uuid)` : sql``}
     order by ${at} desc, ${id} desc limit ${sql.lit(Number(shape.rows))}`

/** The characters of a transcript that a list shows. */
export const transcriptBeginning = 1000
