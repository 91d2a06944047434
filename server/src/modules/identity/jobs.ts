import { sql } from 'kysely'
import { z } from 'zod'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'
import { forgetAttempts } from './throttle.ts'
import { forgetAuthCodes } from './supabase/auth-codes.ts'
import { forgetOAuthAttempts } from './oauth/authorization-requests.ts'
import { forgetPendingSignIns } from './two-factor/pending-sign-ins.ts'
import { forgetChallenges } from './two-factor/relying-party.ts'

const forgetSessions = statement(
  'identity.sessions.sweep',
  () => sql<Record<string, never>>`
    delete from identity.sessions
     where least(revoked_at, expires_at, idle_expires_at) < now() - interval '30 days'`,
)

const forgetInvitations = statement(
  'identity.invitations.sweep',
  () => sql<Record<string, never>>`
    delete from identity.invitations where expires_at < now() - interval '30 days'`,
)

const removeWorkspaces = statement(
  'identity.workspaces.sweep',
  () => sql<Record<string, never>>`
    delete from identity.workspaces where deleted_at < now() - interval '30 days'`,
)

const forgetCodes = statement(
  'identity.codes.sweep',
  () => sql<Record<string, never>>`delete from identity.codes where expires_at < now()`,
)

const forgetPasswordResets = statement(
  'identity.password_resets.sweep',
  () => sql<Record<string, never>>`delete from identity.password_resets where expires_at < now()`,
)

/** Every night: what has been over for a month is removed. */
export const sweepIdentity = job({
  name: 'identity.sweep',
  input: z.object({}),
  schedule: '17 3 * * *',
  async run(ctx) {
    const sweeps = [
      forgetAttempts,
      forgetOAuthAttempts,
      forgetAuthCodes,
      forgetSessions,
      forgetInvitations,
      forgetCodes,
      forgetPasswordResets,
      forgetPendingSignIns,
      forgetChallenges,
      removeWorkspaces,
    ]
    for (const sweep of sweeps) await ctx.db.all(sweep, {})
  },
})
