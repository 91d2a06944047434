import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { AudienceSource } from '../../platform/sockets/audience.ts'
import { MemberGone, MembersAdded, chatTopic } from './events.ts'

const listTopics = statement(
  'chat.topics.system',
  (_, p: { user_ids: readonly string[] }) => sql<{ user_id: string; topic: string }>`
    select user_id, 'chat:' || chat_id as topic from chat.members where user_id = any(${p.user_ids}::uuid[])`,
)

/**
 * Users are subscribed to all of their chats. There is one topic per chat, not one per member: an event with 1,000 topics
 * takes six times as long to insert, and 66 kB of log and index.
 */
export const chatAudience: AudienceSource = {
  topics: listTopics,
  changes({ type, data }) {
    if (type === MembersAdded.type) {
      const { chat_id, user_ids } = MembersAdded.data.parse(data)
      return { userIds: user_ids, joins: [chatTopic(chat_id)] }
    }
    if (type === MemberGone.type) {
      const { chat_id, user_id } = MemberGone.data.parse(data)
      return { userIds: [user_id], leaves: [chatTopic(chat_id)] }
    }
    return undefined
  },
}
