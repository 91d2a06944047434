import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { findOrMergeContact } from '../../contacts/index.ts'
import type { Media, ChannelEvent, PlatformName } from '../../integrations/index.ts'
import { openConversation } from '../conversations/conversations.ts'
import { fetchAttachment } from '../attachments/fetch-attachment.ts'
import { MessageStatusChanged } from '../events.ts'
import { addOnce, messageColumns } from './messages.ts'
import { receiveReceipt } from './receipts.ts'
import type { Attachment, Message } from '../schema.ts'

/**
 * Processes the updates of a platform for this workspace in their order. A known update has no effect. An update that cannot
 * be stored is logged and skipped, because otherwise the platform would send it forever, and none after it.
 */
export async function processUpdates(ctx: Ctx, platform: PlatformName, events: ChannelEvent[]): Promise<void> {
  for (const event of events) {
    try {
      await processUpdate(ctx, platform, event)
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      ctx.log.error({ err: error, platform, kind: event.kind }, 'An update of a platform could not be stored.')
    }
  }
}

function processUpdate(ctx: Ctx, platform: PlatformName, event: ChannelEvent): Promise<void> {
  switch (event.kind) {
    case 'message':
      return receiveMessage(ctx, platform, event)
    case 'receipt':
      return receiveReceipt(ctx, platform, event)
    default:
      return applyEdit(ctx, platform, event)
  }
}

type Said = Extract<ChannelEvent, { kind: 'message' }>
type Change = Extract<ChannelEvent, { kind: 'edit' | 'withdrawal' }>

// The id of a WhatsApp thread changes when the person hides their number.
const renameThread = statement(
  'inbox.rename_thread',
  (_, p: { channel: string; thread: string; former: string }) => sql`
    update inbox.conversations c set external_id = ${p.thread}
     where c.channel = ${p.channel} and c.external_id = ${p.former}
       and not exists (select from inbox.conversations o where o.channel = ${p.channel} and o.external_id = ${p.thread})`,
)

function receiveMessage(ctx: Ctx, platform: PlatformName, said: Said): Promise<void> {
  return transaction(ctx, async (ctx) => {
    if (said.formerThread) {
      await ctx.db.all(renameThread, { channel: platform, thread: said.thread, former: said.formerThread })
      // One identity can belong to a contact that was called, and another to a contact that has written.
      await findOrMergeContact(ctx, said.person)
    }
    const { id: conversationId } = await openConversation(ctx, {
      contact: said.person,
      channel: platform,
      externalId: said.thread,
      ...(said.person.name && { customerName: said.person.name }),
    })
    // A message has one attachment.
    const [first, ...others] = said.media
    const parts: { text: string; media: Media | undefined }[] = [
      { text: said.text, media: first },
      ...others.map((media) => ({ text: '', media })),
    ]
    for (const [index, { text, media }] of parts.entries()) {
      const { message, isNew } = await addOnce(ctx, {
        conversationId,
        sender: 'customer',
        text,
        attachment: media && attachmentOf(media),
        externalId: index === 0 ? said.id : `${said.id}#${index + 1}`,
        createdAt: saidAt(ctx, said.sentAt).toISOString(),
      })
      if (isNew && media?.reference) {
        const { reference, type, name } = media
        await ctx.services.jobs.enqueue(ctx, fetchAttachment, {
          message_id: message.id,
          platform,
          reference,
          type,
          name,
        })
      }
    }
  })
}

const attachmentOf = ({ url, type, name }: Media): Attachment | undefined =>
  url === undefined ? undefined : { url, type, ...(name && { name }) }

/** Returns the time of a message: never after now, and now if within this second, as many platforms send whole seconds. */
function saidAt(ctx: Ctx, sentAt: Date): Date {
  const now = ctx.now()
  return now.getTime() - sentAt.getTime() < 1000 ? now : sentAt
}

const change = statement(
  'inbox.change_message',
  (
    _,
    p: { channel: string; thread: string; external_id: string; text: string; keeps_attachment: boolean },
  ) => sql<Message>`
    update inbox.messages m
       set text = ${p.text}, attachment = case when ${p.keeps_attachment} then m.attachment end
      from inbox.conversations c
     where c.id = m.conversation_id and c.channel = ${p.channel} and c.external_id = ${p.thread}
       and m.external_id = ${p.external_id} and m.sender = 'customer'
    returning ${messageColumns}`,
)

function applyEdit(ctx: Ctx, platform: PlatformName, edit: Change): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db.maybe(change, {
      channel: platform,
      thread: edit.thread,
      external_id: edit.id,
      text: edit.kind === 'edit' ? edit.text : 'Withdrawn by the sender.',
      keeps_attachment: edit.kind === 'edit',
    })
    if (row) emit(ctx, MessageStatusChanged, row)
  })
}
