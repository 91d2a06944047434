import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { id } from '../../../platform/http/fields.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { toE164 } from '../../contacts/index.ts'
import { getConversation, openConversation } from '../../inbox/index.ts'
import { type ChannelName, type Conversation, channels } from '../../inbox/schema.ts'
import { getAppointment } from '../appointments/appointments.ts'
import { type ProspectKnowledge, readFacts } from '../qualification/facts.ts'
import { type Package, composePackage } from './package.ts'
import { type NewPackage, addHandoff, openHandoffOf } from './handoffs.ts'
import { type Suggestion, suggest } from '../extraction/matching.ts'
import { availableFor } from '../properties/properties.ts'
import { getProspect } from '../prospects/prospects.ts'
import { qualify } from '../qualification/qualification.ts'
import { storeScore } from '../qualification/scores.ts'
import type { Appointment } from '../appointments/schema.ts'
import { type Handoff, NewHandoff } from './schema.ts'
import type { Prospect } from '../prospects/schema.ts'

interface BuiltPackage extends Package {
  suggestions: Suggestion[]
}

async function buildPackage(
  ctx: Ctx,
  prospect: Prospect,
  appointment: Appointment | null,
  conversation: Conversation | null,
): Promise<BuiltPackage> {
  const { needs, facts }: ProspectKnowledge = await readFacts(ctx, prospect, appointment?.property_id ?? null)
  const suggestions = suggest(needs, await availableFor(ctx, needs))
  const qualification = qualify(facts)
  await storeScore(ctx, prospect.id, qualification, {
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
    conversation,
    recentMessages: conversation ? await recentMessagesOf(ctx, conversation.id) : [],
  })
  return { ...made, suggestions }
}

const recentMessages = statement(
  'sales.list_recent_messages',
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

/** Returns the newest messages, oldest first. Without messages, returns the end of the transcript. */
async function recentMessagesOf(ctx: Ctx, conversation_id: string): Promise<{ sender: string; text: string }[]> {
  const messages = await ctx.db.all(recentMessages, { conversation_id })
  if (messages.length > 0) return messages
  const stored = await ctx.db.maybe(transcript, { conversation_id })
  return stored?.end ? [{ sender: 'transcript', text: stored.end }] : []
}

const latest = statement(
  'sales.find_latest_conversation',
  (_, p: { contact_id: string }) =>
    sql<{ id: string }>`select id from inbox.conversations where contact_id = ${p.contact_id} order by id desc limit 1`,
)

const isChannel = (name: string | null): name is ChannelName => channels.some((channel) => channel === name)

/** Returns the appointment's conversation, otherwise the prospect's latest one, otherwise a new one. */
async function conversationOf(ctx: Ctx, prospect: Prospect, appointment: Appointment): Promise<Conversation> {
  const id = appointment.conversation_id ?? (await ctx.db.maybe(latest, { contact_id: prospect.id }))?.id
  if (id) return getConversation(ctx, id)
  const channel = [appointment.source_channel, prospect.preferred_channel].find(isChannel) ?? 'phone'
  return openConversation(ctx, { contact: { id: prospect.id }, channel, subject: 'Handoff from an appointment' })
}

const isId = (text: string) => id.safeParse(text).success

const lockAppointment = statement(
  'sales.lock_for_handoff',
  (_, p: { id: string }) => sql`select id from sales.appointments where id = ${p.id} for no key update`,
)

/**
 * Creates a handoff from an appointment. Returns the existing handoff of the appointment if it is pending or claimed, so a
 * repeated request creates no second one. Throws 404.
 */
export async function createHandoffFromAppointment(
  ctx: Ctx,
  appointmentId: string,
): Promise<{ handoff: Handoff; isNew: boolean }> {
  // An id of another form belongs to no appointment.
  if (!isId(appointmentId)) missing('appointment')
  await ctx.db.all(lockAppointment, { id: appointmentId })
  const appointment = await getAppointment(ctx, appointmentId)
  const open = await openHandoffOf(ctx, appointment.id)
  if (open) return { handoff: open, isNew: false }
  const prospect = await getProspect(ctx, appointment.prospect_id)
  const conversation = await conversationOf(ctx, prospect, appointment)
  const made = await buildPackage(ctx, prospect, appointment, conversation)
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

/** Returns the name, numbers and address that the body states, in the form of a handoff. */
async function statedPerson(ctx: Ctx, input: NewHandoff): Promise<NonNullable<NewPackage['stated']>> {
  const { prospect_name, prospect_email, prospect_phone, prospect_whatsapp } = input
  return {
    ...(prospect_name !== undefined && { prospect_name }),
    ...(prospect_email !== undefined && { prospect_email }),
    ...(prospect_phone !== undefined && { prospect_phone: await toE164(ctx, prospect_phone, 'body.prospect_phone') }),
    ...(prospect_whatsapp !== undefined && {
      prospect_whatsapp: await toE164(ctx, prospect_whatsapp, 'body.prospect_whatsapp'),
    }),
  }
}

/** Creates a handoff. Omitted fields are computed from the known data of the prospect. Throws 404. */
export async function createHandoff(ctx: Ctx, given: NewHandoff): Promise<Handoff> {
  const input = parseInput(NewHandoff, given)
  const prospect = await getProspect(ctx, input.prospect_id)
  const appointment = input.appointment_id ? await getAppointment(ctx, input.appointment_id) : null
  const conversation = input.conversation_id ? await getConversation(ctx, input.conversation_id) : null
  const made = await buildPackage(ctx, prospect, appointment, conversation)
  return addHandoff(ctx, {
    prospect,
    stated: await statedPerson(ctx, input),
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
