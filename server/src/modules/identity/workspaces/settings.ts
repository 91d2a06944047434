import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { audited } from '../audit.ts'
import type { Settings, SettingsChanges } from './schema.ts'

const columns = sql`id as workspace_id, name, default_country, currency, time_zone, preferences, updated_at`

const find = statement(
  'identity.settings.find',
  () => sql<Settings>`select ${columns} from identity.workspaces where id = app.workspace_id()`,
)

type Changes = Omit<SettingsChanges, 'preferences'> & { preferences: string }

const update = statement(
  'identity.settings.update',
  (_, p: Changes) => sql<Settings>`
    update identity.workspaces
       set name = coalesce(${p.name}, name), default_country = coalesce(${p.default_country}, default_country),
           currency = coalesce(${p.currency}, currency), time_zone = coalesce(${p.time_zone}, time_zone),
           preferences = (select coalesce(jsonb_object_agg(key, value), '{}')
                            from jsonb_each(preferences || ${p.preferences}::jsonb) where value <> 'null')
     where id = app.workspace_id()
    returning ${columns}`,
)

/** The largest preferences of a workspace, in characters of JSON. */
const largest = 32_768

/** Returns the settings of the current workspace. Throws 404 without one. */
export const getSettings = async (ctx: Ctx): Promise<Settings> => (await ctx.db.maybe(find, {})) ?? missing('workspace')

/** Changes the given settings. A preference that is null is removed. Throws 400 when all preferences become too large. */
export async function updateSettings(ctx: Ctx, changes: SettingsChanges): Promise<Settings> {
  const { preferences = {}, ...fields } = changes
  const line = audited({ action: 'workspace.updated', details: { ...fields, preferences: Object.keys(preferences) } })
  const row = { ...fields, preferences: JSON.stringify(preferences) }
  const [updated] = await ctx.db.together([update.call(row), line])
  const settings = only(updated)
  if (JSON.stringify(settings.preferences).length > largest) {
    throw invalidField('body.preferences', `All preferences together may have ${largest} characters of JSON.`)
  }
  return settings
}
