import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import type { CompanionWrite } from '../../platform/events.ts'
import { byTime, readTimeCursor, toPage } from '../../platform/http/page.ts'
import { getContact } from './contacts.ts'

/** An event on the timeline of a contact. */
export interface TimelineEntry {
  contact_id: string | null
  /** The kind of event, like `order.placed`, `call.ended` or `appointment.booked`. */
  kind: string
  /** A sentence to display: `Ordered 2 items for 34.00 EUR`. */
  title: string
  /** The subject of the event, for a link. */
  subject: { kind: string; id: string }
  details?: Record<string, unknown>
  /** When it happened, ISO 8601; default now. */
  occurred_at?: string
}

interface EntryRow {
  contact_id: string
  event_id: string
  kind: string
  title: string
  subject_kind: string
  subject_id: string
  details: string
  occurred_at: string | null
}

// The entry of a contact that was merged meanwhile goes to the remaining contact; a deleted contact gets none.
const write = statement(
  'contacts.write_timeline',
  (_, p: EntryRow) =>
    sql`insert into contacts.timeline (contact_id, event_id, kind, title, subject_kind, subject_id, details, occurred_at)
      select c.id, ${p.event_id}::uuid, ${p.kind}, ${p.title}, ${p.subject_kind}, ${p.subject_id}::uuid, ${p.details}::jsonb,
             coalesce(${p.occurred_at}::timestamptz, now())
        from contacts.contacts c
       where c.id = coalesce((select contact_id from contacts.merged_contacts where old_id = ${p.contact_id}::uuid), ${p.contact_id}::uuid)
      on conflict do nothing`,
)

/**
 * Adds an event to the timeline of its contact in the same transaction; the last argument of `event(…)`:
 * `event('order.placed', schema, live, timelineProjection((order) => ({ … })))`. `contact_id` is null without a contact.
 */
export const timelineProjection =
  <D>(entryOf: (data: D) => TimelineEntry | undefined): CompanionWrite<D> =>
  (data, event_id) => {
    const entry = entryOf(data)
    if (!entry?.contact_id) return undefined
    return write.call({
      contact_id: entry.contact_id,
      event_id,
      kind: entry.kind,
      title: entry.title,
      subject_kind: entry.subject.kind,
      subject_id: entry.subject.id,
      details: JSON.stringify(entry.details ?? {}),
      occurred_at: entry.occurred_at ?? null,
    })
  }

const list = variants(
  'contacts.list_timeline',
  (
    _,
    p: { contact_id: string; before_at: string | null; before_id: string | null; limit: number },
    shape: { continued: boolean },
  ) =>
    sql<{
      id: string
      kind: string
      title: string
      subject: { kind: string; id: string }
      details: Record<string, unknown>
      occurred_at: string
      at: string
    }>`
      select event_id as id, kind, title, jsonb_build_object('kind', subject_kind, 'id', subject_id) as subject, details,
             occurred_at, occurred_at::text as at
        from contacts.timeline
       where contact_id = ${p.contact_id}
         ${shape.continued ? sql`and (occurred_at, event_id) < (${p.before_at}::timestamptz, ${p.before_id}::uuid)` : sql``}
       order by occurred_at desc, event_id desc limit ${p.limit}`,
)

/** Returns the timeline of a contact, newest first. Throws 404. */
export async function listTimeline(ctx: Ctx, contactId: string, query: { limit: number; cursor?: string | undefined }) {
  const contact = await getContact(ctx, contactId)
  const before = readTimeCursor(query.cursor)
  const rows = await ctx.db.all(list({ continued: before !== null }), {
    contact_id: contact.id,
    before_at: before?.at ?? null,
    before_id: before?.id ?? null,
    limit: query.limit + 1,
  })
  return toPage(rows, query.limit, byTime)
}
