import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { unauthorized } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { type AdmitGuest, guestAudience } from '../../realtime/index.ts'
import { isVisitorToken, readVisitorToken } from './token.ts'
import { visitorTopic } from './topic.ts'

const exists = statement(
  'inbox.web_conversation_exists',
  (_, p: { id: string }) => sql<{ id: string }>`
    select id from inbox.conversations where id = ${p.id} and channel = 'web'`,
)

/** The visitor of a web conversation hears what is said in it, and nothing else. */
export const admitVisitor: AdmitGuest = (services, token) => {
  if (!isVisitorToken(token)) return undefined
  return async () => {
    const { workspaceId, conversationId } = readVisitorToken(services, token)
    const found = await serverContext(services, { workspaceId }).db.maybe(exists, { id: conversationId })
    if (!found) throw unauthorized('This conversation is over. Begin a new one.')
    const topic = visitorTopic(conversationId)
    return guestAudience(topic, [topic])
  }
}
