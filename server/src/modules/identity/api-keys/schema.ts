import { z } from 'zod'
import { scopes } from '../../../platform/access.ts'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { name } from '../schema.ts'

const scopeNames = Object.keys(scopes) as (keyof typeof scopes)[]
/** What an API key may be given: all but making more keys. */
const grantableScopes = scopeNames.filter((scope) => scope !== 'api-keys:write')
const scope = z.enum(grantableScopes)
export const newApiKey = z.object({
  name,
  scopes: z.array(scope).min(1, 'Name at least one scope.').max(scopeNames.length),
  expires_at: optional(instant),
})
export type NewApiKey = z.output<typeof newApiKey>
export const apiKey = z.object({
  id,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  created_by: id,
  created_at: instant,
  expires_at: instant.nullable(),
  /** Exact to five minutes. */
  last_used_at: instant.nullable(),
})
export const apiKeyWithSecret = apiKey.extend({ key: z.string() })
