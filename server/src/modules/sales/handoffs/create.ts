import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { getConversation, openConversation } from '../../inbox/index.ts'
import { type ChannelName, type Conversation, channels } from '../../inbox/schema.ts'
import { getAppointment } from '../appointments/appointments.ts'
import { type Known, readKnown } from '../qualification/facts.ts'
import { type Package, composePackage } from './package.ts'
import { addHandoff, openHandoffOf } from './handoffs.ts'
import { type Suggestion, suggest } from '../extraction/matching.ts'
import { availableFor } from '../properties/properties.ts'
import { getProspect } from '../prospects/prospects.ts'
import { qualify } from '../qualification/qualification.ts'
import { keepScore } from '../qualification/scores.ts'
import type { Appointment } from '../appointments/schema.ts'
import { type Handoff, NewHandoff } from './schema.ts'
import type { Prospect } from '../prospects/schema.ts'

interface Made extends Package {
  suggestions: Suggestion[]
}

async function makePackage(
  ctx: Ctx,
  prospect: Prospect,
  appointment: Appointment | null,
  conversation: Conversation | null,
): Promise<Made> {
  const { needs, facts }: Known = await readKnown(ctx, prospect, appointment?.property_id ?? null)
  const suggestions = suggest(needs, await availableFor(ctx, needs))
  const qualification = qualify(facts)
  await keepScore(ctx, prospect.id, qualification, {
    conversation_id: conversation?.id ?? null,
    source: 'computed',
    notes: null,
  })
  const made = composePackage({
    now: ctx.now(),
    prospect,
    appointment,
    needs,
    qualification,
    suggestions,
    sentiment: conversation?.sentiment ?? facts.lastSentiment,
    lastWords: conversation ? await lastWordsOf(ctx, conversation.id) : [],
  })
  return { ...made, suggestions }
}

const lastWords = statement(
  'sales.last_words',
  (_, p: { conversation_id: string }) =>
    sql<{ sender: string; text: string }>`
    select sender, text from (
      select id, sender, text from inbox.messages where conversation_id = ${p.conversation_id} and text <> '' and not internal order by id desc limit 20) m
     order by id`,
)

const transcript = statement(
  'sales.find_transcript_end',
  (_, p: { conversation_id: string }) =>
    sql<{
      end: string | null
    }>`select right(transcript, 2000) as end from inbox.conversations where id = ${p.conversation_id}`,
)

/** The newest messages; where nothing but a transcript was kept, its end. */
async function lastWordsOf(ctx: Ctx, conversation_id: string): Promise<{ sender: string; text: string }[]> {
  const said = await ctx.db.all(lastWords, { conversation_id })
  if (said.length > 0) return said
  const kept = await ctx.db.maybe(transcript, { conversation_id })
  return kept?.end ? [{ sender: 'transcript', text: kept.end }] : []
}

const latest = statement(
  'sales.find_latest_conversation',
  (_, p: { contact_id: string }) =>
    sql<{ id: string }>`select id from inbox.conversations where contact_id = ${p.contact_id} order by id desc limit 1`,
)

const isChannel = (name: string | null): name is ChannelName => channels.some((channel) => channel === name)

/** The conversation in which it came about, else the latest with them, else a new one that marks the place. */
async function conversationOf(ctx: Ctx, prospect: Prospect, appointment: Appointment): Promise<Conversation> {
  const id = appointment.conversation_id ?? (await ctx.db.maybe(latest, { contact_id: prospect.id }))?.id
  if (id) return getConversation(ctx, id)
  const channel = [appointment.source_channel, prospect.preferred_channel].find(isChannel) ?? 'phone'
  return openConversation(ctx, { contact: { id: prospect.id }, channel, subject: 'Handoff from an appointment' })
}

const lockAppointment = statement(
  'sales.lock_for_handoff',
  (_, p: { id: string }) => sql`select id from sales.appointments where id = ${p.id} for no key update`,
)

/**
 * The handoff package of an appointment. One that still waits, or is being looked after, is answered as it stands:
 * a second click hands nobody over twice.
 */
export async function handOffAppointment(
  ctx: Ctx,
  appointmentId: string,
): Promise<{ handoff: Handoff; isNew: boolean }> {
  await ctx.db.all(lockAppointment, { id: appointmentId })
  const appointment = await getAppointment(ctx, appointmentId)
  const open = await openHandoffOf(ctx, appointment.id)
  if (open) return { handoff: open, isNew: false }
  const prospect = await getProspect(ctx, appointment.prospect_id)
  const conversation = await conversationOf(ctx, prospect, appointment)
  const made = await makePackage(ctx, prospect, appointment, conversation)
  const handoff = await addHandoff(ctx, {
    ...made,
    prospect,
    conversation_id: conversation.id,
    appointment_id: appointment.id,
    suggested_properties: made.suggestions.map(({ name }) => name),
    source_channel: appointment.source_channel ?? conversation.channel,
    expires_at: null,
  })
  return { handoff, isNew: true }
}

/** A handoff somebody writes themselves; what they leave out is worked out from what is known. */
export async function handOff(ctx: Ctx, given: NewHandoff): Promise<Handoff> {
  const input = parseInput(NewHandoff, given)
  const prospect = await getProspect(ctx, input.prospect_id)
  const appointment = input.appointment_id ? await getAppointment(ctx, input.appointment_id) : null
  const conversation = input.conversation_id ? await getConversation(ctx, input.conversation_id) : null
  const made = await makePackage(ctx, prospect, appointment, conversation)
  return addHandoff(ctx, {
    prospect,
    conversation_id: conversation?.id ?? null,
    appointment_id: appointment?.id ?? null,
    priority: input.priority ?? made.priority,
    reason: input.reason ?? made.reason,
    reasons: input.reason === undefined ? made.reasons : [input.reason],
    summary: input.summary ?? made.summary,
    detected_needs: input.detected_needs ?? made.detected_needs,
    suggested_properties: input.suggested_properties ?? made.suggestions.map(({ name }) => name),
    suggestions: input.suggested_properties === undefined ? made.suggestions : [],
    qualification_score: input.qualification_score ?? made.qualification_score,
    conversation_context: input.conversation_context ?? made.conversation_context,
    next_steps: input.next_steps ?? made.next_steps,
    source_channel: input.source_channel ?? conversation?.channel ?? null,
    suggested_follow_up_channel: input.suggested_follow_up_channel ?? made.suggested_follow_up_channel,
    expires_at: input.expires_at ?? null,
  })
}
