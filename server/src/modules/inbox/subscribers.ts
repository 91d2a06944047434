import { subscriber } from '../../platform/outbox/subscriber.ts'
import { beginning } from '../../platform/text.ts'
import { notify } from '../notifications/index.ts'
import { MessageAdded } from './events.ts'

/** Notifies the workspace of the first message in a conversation. Calls have their own notifications. */
export const announceConversations = subscriber({
  name: 'inbox.announce_conversations',
  types: [MessageAdded],
  async handle(ctx, { data }) {
    if (!data.is_first || data.sender !== 'customer' || data.channel === 'phone') return
    const message = beginning(data.text, 200) || 'Sent an attachment'
    await notify(ctx, { title: `New conversation by ${data.channel}`, message, scope: 'conversations:read' })
  },
})
