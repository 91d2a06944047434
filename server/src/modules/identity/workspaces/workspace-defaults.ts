import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'

export interface WorkspaceDefaults {
  /** ISO 3166-1 alpha-2. */
  default_country: string
  /** ISO 4217. */
  currency: string
  /** IANA name. */
  time_zone: string
}

const find = statement('identity.workspace_defaults', (db) =>
  db
    .selectFrom('identity.workspaces')
    .select(['default_country', 'currency', 'time_zone'])
    .where('id', '=', (eb) => eb.fn<string>('app.workspace_id')),
)

/** Returns the defaults of the current workspace. */
export const workspaceDefaults = (ctx: Ctx): Promise<WorkspaceDefaults> => ctx.db.one(find, {})
