import type pg from 'pg'

/** The requirements of the login user: the two roles of requests and of the server's own work, and membership in both. */
export interface RoleState {
  user: string
  mayCreate: boolean
  missing: string[]
  /** There, but not this user's to take on. */
  foreign: string[]
}

const names = ['app_user', 'app_system']

export async function readRoles(client: pg.Pool | pg.PoolClient): Promise<RoleState> {
  const { rows } = await client.query<RoleState>(
    `select quote_ident(current_user) as user,
            (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as "mayCreate",
            coalesce(array_agg(name) filter (where r.oid is null), '{}') as missing,
            coalesce(array_agg(name) filter (where r.oid is not null and not pg_has_role(current_user, r.oid, 'member')), '{}') as foreign
       from unnest($1::text[]) name left join pg_roles r on r.rolname = name`,
    [names],
  )
  return rows[0] as RoleState
}

/** Returns the SQL that a superuser must run before the first migration; '' when nothing is missing. */
export function missingRolesSql({ user, mayCreate, missing, foreign }: RoleState): string {
  if (mayCreate && foreign.length === 0) return ''
  const granted = [...missing, ...foreign]
  if (granted.length === 0) return ''
  return [...missing.map((name) => `create role ${name} nologin;`), `grant ${granted.join(', ')} to ${user};`].join(' ')
}
