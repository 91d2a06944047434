import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { conflict, invalidField, missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { HandoffCreated } from '../events.ts'
import { expiryHours, noConversation } from './package.ts'
import { withScoreNames } from './score-names.ts'
import type { Suggestion } from '../extraction/matching.ts'
import { nameOf } from '../prospects/prospect-columns.ts'
import { budgetOf } from '../prospects/prospects.ts'
import { requireMayAssign } from '../routing/assignment-policy.ts'
import { type Assignment, assignByRules } from '../routing/rules.ts'
import { type Handoff, HandoffChanges, type HandoffQuery } from './schema.ts'
import type { Prospect } from '../prospects/schema.ts'
import type { HandoffStatus } from '../transitions.ts'

// A pending handoff is expired after its deadline, also before the job has updated its status.
const isOverdue = sql`(h.status = 'pending' and h.expires_at <= now())`

const select = sql`
  select h.id, h.conversation_id, h.prospect_id, h.appointment_id, h.prospect_name, h.prospect_phone, h.prospect_email,
         h.prospect_whatsapp, h.created_at as timestamp, h.priority, h.reason, h.reasons, h.summary, h.detected_needs,
         h.suggested_properties, h.suggestions, h.qualification_score,
         coalesce(h.conversation_context, ${sql.lit(noConversation)}) as conversation_context, h.next_steps,
         case when ${isOverdue} then 'expired' else h.status end as status,
         h.assigned_to, ${nameOf('a')} as assigned_to_name, h.assignment_reason, h.claimed_by, ${nameOf('k')} as claimed_by_name,
         h.claimed_at, h.completed_at, h.outcome, h.expires_at, h.source_channel, h.suggested_follow_up_channel, h.created_at, h.updated_at
    from sales.handoffs h
    left join identity.users a on a.id = h.assigned_to
    left join identity.users k on k.id = h.claimed_by`

interface Filters {
  prospect_id: string | null
  assigned_to: string | null
  before: string | null
}
interface Shape extends Record<string, boolean | string> {
  status: HandoffStatus | ''
  prospect: boolean
  assigned: boolean
  continued: boolean
  rows: string
}

const inStatus = (status: HandoffStatus) => {
  if (status === 'expired')
    return sql`h.status in ('pending', 'expired') and (h.status = 'expired' or h.expires_at <= now())`
  return status === 'pending' ? sql`h.status = 'pending' and h.expires_at > now()` : sql`h.status = ${sql.lit(status)}`
}

const list = variants(
  'sales.list_handoffs',
  (_, p: Filters, shape: Shape) =>
    sql<Handoff>`
    ${select}
     where true ${shape.status ? sql`and ${inStatus(shape.status)}` : sql``}
                ${shape.prospect ? sql`and h.prospect_id = ${p.prospect_id}::uuid` : sql``}
                ${shape.assigned ? sql`and h.assigned_to = ${p.assigned_to}::uuid` : sql``}
                ${shape.continued ? sql`and h.id < ${p.before}::uuid` : sql``}
     order by h.id desc limit ${sql.lit(Number(shape.rows))}`,
)

export async function listHandoffs(ctx: Ctx, query: HandoffQuery) {
  const { before, continued, rows } = readPageQuery(query)
  const { prospectId: prospect_id = null, assignedTo: assigned_to = null, status = '' } = query
  const shape: Shape = { status, prospect: prospect_id !== null, assigned: assigned_to !== null, continued, rows }
  const found = await ctx.db.all(list(shape), { prospect_id, assigned_to, before })
  return toPage(found.map(withScoreNames), query.limit)
}

const find = statement('sales.find_handoff', (_, p: { id: string }) => sql<Handoff>`${select} where h.id = ${p.id}`)

export async function getHandoff(ctx: Ctx, id: string): Promise<Handoff> {
  return withScoreNames((await ctx.db.maybe(find, { id })) ?? missing('handoff'))
}

const findOpen = statement(
  'sales.find_open_handoff',
  (_, p: { appointment_id: string }) =>
    sql<Handoff>`
    ${select} where h.appointment_id = ${p.appointment_id} and h.status in ('pending', 'claimed') and not ${isOverdue}
     order by h.id desc limit 1`,
)

/** Returns the pending or claimed handoff of an appointment. */
export async function openHandoffOf(ctx: Ctx, appointment_id: string): Promise<Handoff | undefined> {
  const open = await ctx.db.maybe(findOpen, { appointment_id })
  return open && withScoreNames(open)
}

/** The values of a new handoff. */
export interface NewPackage {
  prospect: Prospect
  /** Name and ways to reach the prospect, where they differ from those of the prospect. */
  stated?: Partial<Record<'prospect_name' | 'prospect_phone' | 'prospect_email' | 'prospect_whatsapp', string>>
  conversation_id: string | null
  appointment_id: string | null
  priority: 'high' | 'medium' | 'low'
  reason: string
  reasons: string[]
  summary: string | null
  detected_needs: string[]
  suggested_properties: string[]
  suggestions: readonly Suggestion[]
  qualification_score: object | null
  conversation_context: string
  next_steps: string[]
  source_channel: string | null
  suggested_follow_up_channel: string | null
  expires_at: string | null
}

const stored = [
  'prospect_id',
  'conversation_id',
  'appointment_id',
  'prospect_name',
  'prospect_phone',
  'prospect_email',
  'prospect_whatsapp',
  'priority',
  'reason',
  'reasons',
  'summary',
  'detected_needs',
  'suggested_properties',
  'suggestions',
  'qualification_score',
  'conversation_context',
  'next_steps',
  'source_channel',
  'suggested_follow_up_channel',
  'expires_at',
  'assigned_to',
  'assignment_reason',
] as const

const insert = statement(
  'sales.insert_handoff',
  (_, p: { id: string; values: string }) =>
    sql`
    insert into sales.handoffs (id, ${sql.join(stored.map((column) => sql.ref(column)))})
    select ${p.id}::uuid, ${sql.join(stored.map((column) => sql.ref(`v.${column}`)))}
      from jsonb_populate_record(null::sales.handoffs, ${p.values}::jsonb) v`,
)

/**
 * Stores a handoff and assigns it to the member the prospect is assigned to, otherwise by the routing rules. Any member with
 * access can claim it. Throws 404.
 */
export async function addHandoff(ctx: Ctx, { prospect, stated, ...handoff }: NewPackage): Promise<Handoff> {
  const id = newId()
  const assignment = await assign(ctx, prospect, handoff)
  const expires = new Date(ctx.now().getTime() + expiryHours[handoff.priority] * 3_600_000)
  const values = {
    ...handoff,
    prospect_id: prospect.id,
    prospect_name: prospect.name,
    prospect_phone: prospect.phone,
    prospect_email: prospect.email,
    prospect_whatsapp: prospect.whatsapp,
    ...stated,
    expires_at: handoff.expires_at ?? expires.toISOString(),
    assigned_to: assignment?.member_id ?? null,
    assignment_reason: assignment?.reason ?? null,
  }
  try {
    await ctx.db.all(insert, { id, values: JSON.stringify(values) })
  } catch (error) {
    throw violates(error, 'handoffs_conversation_fkey') ? notFound('conversation') : error
  }
  emit(ctx, HandoffCreated, {
    handoff_id: id,
    prospect_id: prospect.id,
    prospect_name: values.prospect_name,
    assigned_to: values.assigned_to,
    priority: handoff.priority,
    reason: handoff.reason,
  })
  return getHandoff(ctx, id)
}

async function assign(
  ctx: Ctx,
  prospect: Prospect,
  handoff: Pick<NewPackage, 'priority' | 'source_channel'>,
): Promise<Assignment | null> {
  if (prospect.assigned_to)
    return {
      member_id: prospect.assigned_to,
      reason: `${prospect.assigned_to_name} is already assigned to this prospect.`,
    }
  const { city, language, preferred_channel } = prospect
  return assignByRules(ctx, 'handoff', {
    city,
    language,
    channel: handoff.source_channel ?? preferred_channel,
    budget: budgetOf(prospect),
    priority: handoff.priority,
    propertyType: prospect.property_type_pref,
    timelineDays: prospect.timeline_days,
  })
}

const update = statement(
  'sales.update_handoff',
  (_, p: { id: string; changes: string }) =>
    sql`
    update sales.handoffs h
       set ${patch('h', ['priority', 'reason', 'summary', 'detected_needs', 'suggested_properties', 'conversation_context', 'next_steps', 'assigned_to', 'assignment_reason', 'suggested_follow_up_channel', 'expires_at'], p.changes)}
     where id = ${p.id}`,
)

/** Updates the given fields. Throws 404, and 409 when the handoff is completed or expired. */
export async function updateHandoff(ctx: Ctx, id: string, given: HandoffChanges): Promise<Handoff> {
  const input = parseInput(HandoffChanges, given)
  const current = await getHandoff(ctx, id)
  if (current.status === 'completed' || current.status === 'expired') {
    throw conflict('wrong_status', `This handoff is ${current.status}, so it can no longer be changed.`)
  }
  const reassigned = input.assigned_to !== undefined && input.assigned_to !== current.assigned_to
  if (reassigned) await requireMayAssign(ctx, input.assigned_to ?? null)
  try {
    await ctx.db.all(update, {
      id,
      changes: JSON.stringify({ ...input, ...(reassigned && { assignment_reason: null }) }),
    })
  } catch (error) {
    throw violates(error, 'handoffs_assigned_to_fkey')
      ? invalidField('body.assigned_to', 'This is not a member of this workspace.')
      : error
  }
  return getHandoff(ctx, id)
}
