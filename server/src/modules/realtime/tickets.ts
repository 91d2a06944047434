import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx, Principal } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { forbidden, unauthorized } from '../../platform/errors.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import type { Ticket } from './schema.ts'

const lifeSeconds = 30
const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest()

const insert = statement(
  'realtime.tickets.insert',
  (_, p: { hash: Buffer; sessionId: string }) =>
    sql<Record<string, never>>`
    insert into realtime.tickets (hash, session_id, expires_at)
    values (${p.hash}, ${p.sessionId}, now() + make_interval(secs => ${sql.lit(lifeSeconds)}))`,
)

// A ticket is deleted when it is used, so that it admits only one of two concurrent clients.
const take = statement(
  'realtime.tickets.take.system',
  (_, p: { hash: Buffer }) =>
    sql<{ user_id: string; session_id: string }>`
    delete from realtime.tickets where hash = ${p.hash} and expires_at > now() returning user_id, session_id`,
)

export const deleteExpired = statement(
  'realtime.tickets.expired.system',
  () => sql<Record<string, never>>`delete from realtime.tickets where expires_at < now()`,
)

/** Creates a ticket with which the caller can open one socket without header or cookie. Throws 403 for an API key. */
export async function createTicket(ctx: Ctx): Promise<Ticket> {
  if (ctx.principal.kind !== 'user') throw forbidden('Tickets are for signed-in users, not for API keys.')
  const ticket = randomBytes(24).toString('base64url')
  await ctx.db.all(insert, { hash: hashOf(ticket), sessionId: ctx.principal.sessionId })
  return { ticket, expires_in: lifeSeconds }
}

/** Returns the user of the ticket. Throws 401 when it was used, has expired or does not exist. */
export async function redeemTicket(services: Services, ticket: string): Promise<Principal> {
  const found = await serverContext(services, { workspaceId: null }).db.maybe(take, { hash: hashOf(ticket) })
  if (!found) throw unauthorized('This ticket has been used or has expired. Get a new one.')
  return { kind: 'user', userId: found.user_id, sessionId: found.session_id }
}
