import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import type { Me } from './schema.ts'

/** For the server, the only role that can read password hashes. */
export const findForSignIn = statement('identity.users.find_for_sign_in', (db, p: { email: string }) =>
  db
    .selectFrom('identity.users')
    .select(['id', 'email', 'email_verified', 'password_hash', 'suspended_at'])
    .where((eb) => eb(eb.fn('lower', ['email']), '=', eb.fn('lower', [eb.val(p.email)]))),
)

export const insertUser = statement(
  'identity.users.insert',
  (
    db,
    p: {
      id: string
      email: string
      /** Null for a user of another provider. */
      password_hash: string | null
      email_verified: boolean
      full_name: string | null
      username: string | null
      display_name: string | null
      phone: string | null
      avatar_url: string | null
      company_name: string | null
      /** Metadata that an application stores about its user. */
      metadata: string
    },
  ) =>
    db.insertInto('identity.users').values({
      id: p.id,
      email: p.email,
      password_hash: p.password_hash,
      email_verified: p.email_verified,
      full_name: p.full_name,
      username: p.username,
      display_name: p.display_name,
      phone: p.phone,
      avatar_url: p.avatar_url,
      company_name: p.company_name,
      metadata: p.metadata,
    }),
)

export const setPasswordHash = statement(
  'identity.users.set_password',
  (db, p: { id: string; password_hash: string }) =>
    db.updateTable('identity.users').set({ password_hash: p.password_hash }).where('id', '=', p.id),
)

/** The rest of the transaction acts for this user in their current workspace. For the server only. */
export const actAs = statement(
  'identity.act_as',
  (_, p: { user_id: string | null }) => sql<Record<string, never>>`select app.act_as(${p.user_id}::uuid)`,
)

/** The current user, as in `GET /api/auth/me`. */
export const findMe = statement(
  'identity.me',
  () => sql<Me>`
    select u.id, u.email, coalesce(u.full_name, u.display_name, u.username) as name, u.full_name, u.username,
           u.display_name, u.phone, u.avatar_url, u.company_name, app.member_role() as role, u.is_admin, u.is_affiliate,
           u.email_verified, u.phone_verified, elsewhere.provider as oauth_provider, elsewhere.subject as oauth_id,
           true as is_active, u.created_at, u.updated_at,
           (select jsonb_build_object('id', w.id, 'name', w.name, 'role', app.member_role(),
                     'default_country', w.default_country, 'currency', w.currency, 'time_zone', w.time_zone)
              from identity.workspaces w where w.id = app.workspace_id()) as workspace,
           coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name, 'role', app.role_in(w.id)) order by w.id)
              from identity.workspaces w where w.id in (select app.my_workspaces())), '[]') as workspaces
      from identity.users u
      left join lateral (select i.provider, i.subject from identity.identities i
                          where i.user_id = u.id order by i.last_used_at desc, i.id desc limit 1) elsewhere on true
     where u.id = app.user_id()`,
)
