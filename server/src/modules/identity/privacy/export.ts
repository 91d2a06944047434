import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import type { AccountSection } from '../../../platform/module.ts'
import { findMe } from '../people/users.ts'

export const exportPage = 500
const first = '00000000-0000-0000-0000-000000000000'

const section = (name: string, query: (after: unknown) => ReturnType<typeof sql<{ id: string }>>): AccountSection => ({
  name,
  list: statement(`identity.export.${name}`, (_, p: { after: string | null }) =>
    query(sql`coalesce(${p.after}::uuid, ${sql.lit(first)})`),
  ),
})

const ownSections: AccountSection[] = [
  section(
    'workspaces',
    (after) => sql`
    select w.id, w.name, app.role_in(w.id) as role from identity.workspaces w
     where w.id in (select app.my_workspaces()) and w.id > ${after} order by w.id limit ${sql.lit(exportPage)}`,
  ),
  section(
    'sign_in_providers',
    (after) => sql`
    select id, provider, issuer, subject, email, created_at, last_used_at from identity.identities
     where user_id = app.user_id() and id > ${after} order by id limit ${sql.lit(exportPage)}`,
  ),
  section(
    'authenticator_apps',
    (after) => sql`
    select id, created_at, confirmed_at from identity.authenticator_apps
     where user_id = app.user_id() and id > ${after} order by id limit ${sql.lit(exportPage)}`,
  ),
  section(
    'passkeys',
    (after) => sql`
    select id, name, created_at, last_used_at from identity.passkeys
     where user_id = app.user_id() and id > ${after} order by id limit ${sql.lit(exportPage)}`,
  ),
  section(
    'recovery_codes',
    (after) => sql`
    select id, created_at, used_at from identity.recovery_codes
     where user_id = app.user_id() and id > ${after} order by id limit ${sql.lit(exportPage)}`,
  ),
  section(
    'sessions',
    (after) => sql`
    select id, user_agent, ip, created_at, rotated_at as last_used_at, expires_at, revoked_at from identity.sessions
     where user_id = app.user_id() and id > ${after} order by id limit ${sql.lit(exportPage)}`,
  ),
]

const metadata = statement(
  'identity.export.metadata',
  () => sql<{ metadata: object }>`select metadata from identity.users where id = app.user_id()`,
)

/** Streams JSON, since there may be many messages. */
export async function* exportAccount(ctx: Ctx, sections: readonly AccountSection[]): AsyncGenerator<string> {
  const profile = { ...(await ctx.db.one(findMe, {})), ...(await ctx.db.one(metadata, {})) }
  yield `{"exported_at":${JSON.stringify(ctx.now().toISOString())},"profile":${JSON.stringify(profile)}`
  for (const { name, list } of [...ownSections, ...sections]) {
    yield `,\n${JSON.stringify(name)}:[`
    let after: string | null = null
    for (;;) {
      const rows: { id: string }[] = await ctx.db.all(list, { after })
      const text = rows.map((row) => `\n${JSON.stringify(row)}`).join(',')
      if (rows.length > 0) yield `${after === null ? '' : ','}${text}`
      after = rows.at(-1)?.id ?? null
      if (rows.length < exportPage) break
    }
    yield ']'
  }
  yield '}\n'
}
