import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { idAt, newId } from '../../../platform/id.ts'
import { type Person, getContact, findOrCreateContact, wholeName } from '../../contacts/index.ts'
import { conversationColumns, findConversation } from './conversation-row.ts'
import { ConversationOpened, ConversationUpdated } from '../events.ts'
import type { ChannelName, Conversation } from '../schema.ts'

export interface NewConversation {
  /** The contact: an existing one, or a person to find or create by their identities. */
  contact: { id: string } | Person
  channel: ChannelName
  /** Id of the thread at the channel. A known thread is not opened again. */
  externalId?: string
  /** Default: the contact's name. */
  customerName?: string
  subject?: string
  /** True when the assistant answers. Default false. */
  isAiActive?: boolean
  campaignId?: string
  /** When it took place, ISO 8601; default now. */
  occurredAt?: string
}

interface Insert {
  id: string
  contact_id: string
  customer_name: string
  channel: ChannelName
  external_id: string | null
  subject: string | null
  is_ai_active: boolean
  campaign_id: string | null
  occurred_at: string | null
}

const insert = statement(
  'inbox.insert_conversation',
  (_, p: Insert) => sql<Conversation>`
    insert into inbox.conversations as c
      (id, contact_id, customer_name, channel, external_id, subject, is_ai_active, campaign_id, occurred_at)
    values (${p.id}, ${p.contact_id}, ${p.customer_name}, ${p.channel}, ${p.external_id}, ${p.subject},
            ${p.is_ai_active}, ${p.campaign_id}, coalesce(${p.occurred_at}::timestamptz, now()))
    on conflict (workspace_id, channel, external_id) where external_id is not null do nothing
    returning ${conversationColumns}`,
)

const findThread = statement(
  'inbox.find_thread',
  (_, p: { channel: ChannelName; external_id: string }) => sql<Conversation>`
    select ${conversationColumns} from inbox.conversations c
     where c.channel = ${p.channel} and c.external_id = ${p.external_id}`,
)

/** Opens a conversation, or returns the existing one with this `externalId`. Throws 404 for an unknown contact. */
export function openConversation(ctx: Ctx, input: NewConversation): Promise<Conversation> {
  return transaction(ctx, async (ctx) => {
    const thread = input.externalId ? { channel: input.channel, external_id: input.externalId } : null
    const known = thread && (await ctx.db.maybe(findThread, thread))
    if (known) return known
    const contact = await getContact(
      ctx,
      'id' in input.contact ? input.contact.id : await findOrCreateContact(ctx, input.contact),
    )
    const opened = await ctx.db.maybe(insert, {
      id: input.occurredAt ? idAt(Date.parse(input.occurredAt)) : newId(),
      contact_id: contact.id,
      customer_name: input.customerName ?? wholeName(contact),
      channel: input.channel,
      external_id: input.externalId ?? null,
      subject: input.subject ?? null,
      is_ai_active: input.isAiActive ?? false,
      campaign_id: input.campaignId ?? null,
      occurred_at: input.occurredAt ?? null,
    })
    // Another request has opened the same thread at the same time.
    if (!opened) return ctx.db.one(findThread, thread as NonNullable<typeof thread>)
    emit(ctx, ConversationOpened, opened)
    return opened
  })
}

/** Changes of a conversation. A field that is not set stays unchanged; null clears it. */
export interface ConversationChanges {
  customer_name?: string | undefined
  status?: Conversation['status'] | undefined
  assignee_id?: string | null | undefined
  tags?: string[] | undefined
  notes?: string | null | undefined
  is_ai_active?: boolean | undefined
  subject?: string | null | undefined
  campaign_id?: string | null | undefined
  outcome?: string | null | undefined
  sentiment?: Conversation['sentiment'] | undefined
  transcript?: string | null | undefined
  /** 0 to 1. */
  ai_confidence?: number | null | undefined
  ai_confidence_level?: Conversation['ai_confidence_level'] | undefined
  stated_message_count?: number | null | undefined
  handoff_suggested?: boolean | undefined
  duration_seconds?: number | null | undefined
}

const changeable = [
  'customer_name',
  'status',
  'assignee_id',
  'tags',
  'notes',
  'is_ai_active',
  'subject',
  'campaign_id',
  'outcome',
  'sentiment',
  'transcript',
  'ai_confidence',
  'ai_confidence_level',
  'stated_message_count',
  'handoff_suggested',
  'duration_seconds',
] as const

const update = statement(
  'inbox.update_conversation',
  (_, p: { id: string; changes: string }) => sql<Conversation & { was_closed: boolean }>`
    update inbox.conversations c set ${patch('c', changeable, p.changes)}
      from inbox.conversations was where c.id = ${p.id} and was.id = c.id
    returning ${conversationColumns}, was.status = 'closed' as was_closed`,
)

const findMember = statement('inbox.find_member', (db, p: { user_id: string }) =>
  db.selectFrom('identity.members').select('user_id').where('user_id', '=', p.user_id),
)

/** Throws 404 for an unknown conversation, or an unknown member to assign it to. */
export function updateConversation(ctx: Ctx, id: string, changes: ConversationChanges): Promise<Conversation> {
  return transaction(ctx, async (ctx) => {
    const { assignee_id } = changes
    if (assignee_id && !(await ctx.db.maybe(findMember, { user_id: assignee_id })))
      throw notFound('member to assign to')
    const updated = (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('conversation')
    emit(ctx, ConversationUpdated, updated)
    return updated
  })
}

const read = statement(
  'inbox.mark_read',
  (_, p: { id: string }) => sql`
    update inbox.conversations set unread_count = 0 where id = ${p.id} and unread_count > 0 returning id`,
)

/** Marks all messages of a conversation as read. Throws 404. */
export function markRead(ctx: Ctx, id: string): Promise<Conversation> {
  return transaction(ctx, async (ctx) => {
    const [changed, [found]] = await ctx.db.together([read.call({ id }), findConversation.call({ id })])
    const conversation = found ?? missing('conversation')
    if (changed.length > 0) {
      emit(ctx, ConversationUpdated, { ...conversation, was_closed: conversation.status === 'closed' })
    }
    return conversation
  })
}
