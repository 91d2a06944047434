import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { unauthorized } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { type GuestKind, guestAudience } from '../../../platform/sockets/audience.ts'
import { isVisitorToken, readVisitorToken, visitorId } from './token.ts'
import { visitorTopic } from './topic.ts'

const exists = statement(
  'inbox.web_conversation_exists',
  (_, p: { id: string }) => sql<{ id: string }>`
    select id from inbox.conversations where id = ${p.id} and channel = 'web'`,
)

/** The visitor of a web conversation is subscribed to its messages, and to nothing else. */
export const visitors: GuestKind = {
  idOf: visitorId,
  admit(services, token) {
    if (!isVisitorToken(token)) return undefined
    return async () => {
      const { workspaceId, conversationId } = readVisitorToken(services, token)
      const found = await serverContext(services, { workspaceId }).db.maybe(exists, { id: conversationId })
      if (!found) throw unauthorized('This conversation has ended. Start a new one.')
      const topic = visitorTopic(conversationId)
      return guestAudience(topic, [topic])
    }
  },
}
