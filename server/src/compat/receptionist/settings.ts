import { z } from 'zod'
import { settingsChanges } from '../../modules/identity/workspaces/schema.ts'
import { adapt } from '../adapt.ts'
import type { FrontEnd } from '../front-end.ts'

/** The front-end has settings of its own making. What the workspace does not know is kept as its preferences. */
const open = z.record(z.string(), z.unknown())
const known = new Set(Object.keys(settingsChanges.shape))
const ownedByServer = new Set(['workspace_id', 'updated_at'])

// oxlint-disable-next-line no-explicit-any -- the operation's response, as JSON.
const flat = ({ preferences, ...settings }: any) => ({ ...preferences, ...settings })

function toChanges(sent: Record<string, unknown>) {
  const { preferences, ...fields } = sent
  const entries = Object.entries(fields).filter(([name]) => !ownedByServer.has(name))
  const others = entries.filter(([name]) => !known.has(name))
  return {
    ...Object.fromEntries(entries.filter(([name]) => known.has(name))),
    preferences: { ...(preferences as object | undefined), ...Object.fromEntries(others) },
  }
}

/** What an agent that logs calls needs: its key is made without a choice of scopes. */
const scopesOfAgent = ['calls:write', 'clients:read']

export const settings: FrontEnd['adapted'] = {
  getSettings: adapt({ operation: 'getSettings', response: open, toResponse: flat }),
  putSettings: adapt({
    operation: 'putSettings',
    body: open,
    example: { time_zone: 'Europe/Lisbon', theme: 'dark' },
    toRequest: ({ body }) => ({ body: toChanges(body) }),
    response: open,
    toResponse: flat,
  }),
  listApiKeys: adapt({ operation: 'listApiKeys', path: '/api/settings/api-keys' }),
  createApiKey: adapt({
    operation: 'createApiKey',
    path: '/api/settings/api-keys',
    body: z.object({
      name: z.string(),
      scopes: z.array(z.string()).optional(),
      expires_at: z.string().nullish(),
    }),
    example: { name: 'Voice agent' },
    toRequest: ({ body }) => ({ body: { ...body, scopes: body.scopes ?? scopesOfAgent } }),
  }),
  revokeApiKey: adapt({ operation: 'revokeApiKey', path: '/api/settings/api-keys/:id' }),
}
