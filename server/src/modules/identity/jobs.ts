import { sql } from 'kysely'
import { z } from 'zod'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'
import { deleteExpiredAttempts } from './throttle.ts'
import { deleteExpiredEmailChanges } from './mailed-proofs/email-change.ts'
import { deleteExpiredProofs } from './mailed-proofs/mailed-proofs.ts'
import { deleteExpiredAuthCodes } from './supabase/auth-codes.ts'
import { deleteExpiredOAuthAttempts } from './oauth/authorization-requests.ts'
import { deleteExpiredPendingSignIns } from './two-factor/pending-sign-ins.ts'
import { deleteExpiredChallenges } from './two-factor/relying-party.ts'

const deleteExpiredSessions = statement(
  'identity.sessions.system',
  () => sql<Record<string, never>>`
    delete from identity.sessions
     where least(revoked_at, expires_at, idle_expires_at) < now() - interval '30 days'`,
)

const deleteExpiredInvitations = statement(
  'identity.invitations.system',
  () => sql<Record<string, never>>`
    delete from identity.invitations where expires_at < now() - interval '30 days'`,
)

const purgeDeletedWorkspaces = statement(
  'identity.workspaces.system',
  () => sql<Record<string, never>>`
    delete from identity.workspaces where deleted_at < now() - interval '30 days'`,
)

const deleteExpiredCodes = statement(
  'identity.codes.system',
  () => sql<Record<string, never>>`delete from identity.codes where expires_at < now()`,
)

const deleteExpiredPasswordResets = statement(
  'identity.password_resets.system',
  () => sql<Record<string, never>>`delete from identity.password_resets where expires_at < now()`,
)

/** Deletes expired records every night; sessions, invitations and workspaces a month after their end. */
export const deleteExpiredRecords = job({
  name: 'identity.system',
  input: z.object({}),
  schedule: '17 3 * * *',
  async run(ctx) {
    const statements = [
      deleteExpiredAttempts,
      deleteExpiredOAuthAttempts,
      deleteExpiredAuthCodes,
      deleteExpiredSessions,
      deleteExpiredInvitations,
      deleteExpiredCodes,
      deleteExpiredPasswordResets,
      deleteExpiredProofs,
      deleteExpiredEmailChanges,
      deleteExpiredPendingSignIns,
      deleteExpiredChallenges,
      purgeDeletedWorkspaces,
    ]
    for (const statement of statements) await ctx.db.all(statement, {})
  },
})
