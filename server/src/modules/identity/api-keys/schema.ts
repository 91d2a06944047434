import { z } from 'zod'
import { scopes } from '../../../platform/access.ts'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { name } from '../schema.ts'

const scopeNames = Object.keys(scopes) as (keyof typeof scopes)[]
/** The scopes an API key can have: all but creating API keys. */
const grantableScopes = scopeNames.filter((scope) => scope !== 'api-keys:write')
const scope = z.enum(grantableScopes)
export const newApiKey = z.object({
  name: name.describe('Name of the key, such as the integration that uses it.'),
  scopes: z
    .array(scope)
    .min(1, 'Name at least one scope.')
    .max(scopeNames.length)
    .describe('What the key may do, like `contacts:read`.'),
  expires_at: optional(instant).describe('When the key stops working. Default: never.'),
})
export type NewApiKey = z.output<typeof newApiKey>
export const apiKey = z.object({
  id: id.describe('Id of the API key.'),
  name: z.string().describe('Name of the key, such as the integration that uses it.'),
  prefix: z.string().describe('The first characters of the key, to identify it.'),
  scopes: z.array(z.string()).describe('What the key may do, like `contacts:read`.'),
  created_by: id.describe('The member who created it.'),
  created_at: instant.describe('When the API key was created.'),
  expires_at: instant.nullable().describe('When the key stops working; null: never.'),
  last_used_at: instant.nullable().describe('When it was last used, to within five minutes; null: never.'),
})
export const apiKeyWithSecret = apiKey.extend({
  key: z.string().describe('The key itself, `sb_live_…`. It is shown only once, here.'),
})
