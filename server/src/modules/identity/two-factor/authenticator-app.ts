import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest, conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { matchingSteps, newSecret, otpauthUri } from './totp.ts'

const encryptionContext = (id: string) => `identity.authenticator_apps/sealed_secret/${id}`
const setUpMinutes = 30

const begin = statement(
  'identity.authenticator_apps.begin',
  (_, p: { id: string; sealed_secret: string }) => sql<{ id: string }>`
    insert into identity.authenticator_apps as a (id, user_id, sealed_secret)
    values (${p.id}, app.user_id(), ${p.sealed_secret})
    on conflict (user_id) do update
      set id = excluded.id, sealed_secret = excluded.sealed_secret, created_at = now(), last_step = 0
      where a.confirmed_at is null
    returning id`,
)

interface StoredApp {
  id: string
  sealed_secret: string
}

const find = statement(
  'identity.authenticator_apps.find',
  (_, p: { confirmed: boolean }) => sql<StoredApp>`
    select id, sealed_secret from identity.authenticator_apps
     where user_id = app.user_id() and (confirmed_at is not null) = ${p.confirmed}::boolean
       and (${p.confirmed}::boolean or created_at > now() - make_interval(mins => ${sql.lit(setUpMinutes)}))`,
)

// Of two concurrent uses the second finds the step used.
const useStep = statement(
  'identity.authenticator_apps.use_step',
  (_, p: { id: string; step: number }) => sql<{ id: string }>`
    update identity.authenticator_apps
       set last_step = ${p.step}::bigint, confirmed_at = coalesce(confirmed_at, now())
     where id = ${p.id} and user_id = app.user_id() and last_step < ${p.step}::bigint returning id`,
)

const remove = statement(
  'identity.authenticator_apps.remove',
  () => sql<{ id: string }>`
    delete from identity.authenticator_apps where user_id = app.user_id() and confirmed_at is not null returning id`,
)

// For the server, acting for the user.

/** Creates a secret, which replaces an unconfirmed one. Throws 409 when an app is in use. */
export async function beginApp(ctx: Ctx, email: string): Promise<{ secret: string; otpauth_uri: string }> {
  const id = newId()
  const secret = newSecret()
  const sealed_secret = ctx.services.secrets.seal(secret, encryptionContext(id))
  if (!(await ctx.db.maybe(begin, { id, sealed_secret }))) {
    throw conflict('totp_enabled', 'An authenticator app is already set up. Remove it first to use another one.')
  }
  return { secret, otpauth_uri: otpauthUri(secret, email) }
}

/** Confirms the new app if the code is right, and returns whether it is. Throws 409 without an app to confirm. */
export async function confirmApp(ctx: Ctx, code: string): Promise<boolean> {
  const app = await ctx.db.maybe(find, { confirmed: false })
  if (!app)
    throw conflict('totp_not_begun', 'No authenticator app is being set up, or the setup has expired. Start again.')
  return useCode(ctx, app, code)
}

/** Uses up a code of the user's app. Returns false for a wrong or used one. */
export async function redeemTotp(ctx: Ctx, code: string): Promise<boolean> {
  const app = await ctx.db.maybe(find, { confirmed: true })
  return app !== undefined && useCode(ctx, app, code)
}

async function useCode(ctx: Ctx, { id, sealed_secret }: StoredApp, code: string): Promise<boolean> {
  const secret = ctx.services.secrets.open(sealed_secret, encryptionContext(id))
  for (const step of matchingSteps(secret, code, ctx.now())) {
    if (await ctx.db.maybe(useStep, { id, step })) return true
  }
  return false
}

export const removeApp = async (ctx: Ctx): Promise<boolean> => (await ctx.db.maybe(remove, {})) !== undefined

export const wrongCode = (path = 'body.code') =>
  badRequest('invalid_code', 'This code is wrong or was used before. Wait for the next one.', [
    { path, message: 'Wrong or used before.' },
  ])
