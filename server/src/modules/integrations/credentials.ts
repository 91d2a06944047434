import { sql } from 'kysely'
import type { Config } from '../../config.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { badRequest, conflict, notFound } from '../../platform/errors.ts'
import { newId } from '../../platform/id.ts'
import { audited } from '../identity/index.ts'
import type { Credentials } from './schema.ts'

/** The fields of each provider's credentials; the first one is required. */
const fieldsOf = {
  facebook: ['clientId', 'clientSecret'],
  instagram: ['clientId', 'clientSecret'],
  tiktok: ['clientId', 'clientSecret'],
  whatsapp: ['clientId', 'clientSecret'],
  stripe: ['secretKey', 'webhookSecret'],
  paypal: ['clientId', 'clientSecret', 'webhookId'],
} as const satisfies Record<string, readonly (keyof Credentials)[]>

export type Provider = keyof typeof fieldsOf
export type CredentialsOf<P extends Provider> = Record<(typeof fieldsOf)[P][number], string>

/** Throws 404 for an unknown provider, or one without credentials. */
export function providerOf(name: string): Provider {
  if (!Object.hasOwn(fieldsOf, name)) throw notFound('platform')
  return name as Provider
}

interface Row {
  id: string
  fields_sealed: string
}

const find = statement(
  'integrations.find_credentials',
  (_, p: { provider: string }) => sql<Row>`
    select id, fields_sealed from integrations.credentials where provider = ${p.provider}`,
)

/** Returns the workspace's credentials, else the installation's, else null. */
export async function credentialsOf<P extends Provider>(ctx: Ctx, provider: P): Promise<CredentialsOf<P> | null> {
  return (await ownCredentials(ctx, provider)) ?? installationCredentials(ctx.services.config, provider)
}

/** Returns the workspace's credentials, or null. */
export async function ownCredentials<P extends Provider>(ctx: Ctx, provider: P): Promise<CredentialsOf<P> | null> {
  const own = await ctx.db.maybe(find, { provider })
  return own ? JSON.parse(ctx.services.secrets.open(own.fields_sealed, encryptionContext(own.id))) : null
}

/** Returns the installation's credentials, or null. */
export function installationCredentials<P extends Provider>(config: Config, provider: P): CredentialsOf<P> | null {
  const { oauthApps, stripe, paypal } = config
  const accounts: Record<Provider, Partial<Record<keyof Credentials, string | null>>> = { ...oauthApps, stripe, paypal }
  const given = accounts[provider]
  const fields = fieldsOf[provider].map((field: keyof Credentials) => [field, given[field] ?? ''])
  return given[fieldsOf[provider][0]] ? Object.fromEntries(fields) : null
}

export const notConfigured = (name: string) =>
  conflict('not_configured', `${name} is not configured. Enter its credentials first.`)

const encryptionContext = (id: string) => `integrations.credentials/fields/${id}`

const save = statement(
  'integrations.save_credentials',
  (_, p: { id: string; provider: string; fields_sealed: string }) => sql`
    insert into integrations.credentials (id, provider, fields_sealed) values (${p.id}, ${p.provider}, ${p.fields_sealed})`,
)
const remove = statement(
  'integrations.remove_credentials',
  (_, p: { provider: string }) => sql`delete from integrations.credentials where provider = ${p.provider}`,
)

/** Stores credentials. Throws 400 with the missing fields. */
export async function saveCredentials(ctx: Ctx, provider: Provider, given: Credentials): Promise<void> {
  const missing = fieldsOf[provider].filter((field) => !given[field])
  if (missing.length > 0) {
    const details = missing.map((field) => ({ path: `body.${field}`, message: `${provider} needs it.` }))
    throw badRequest('invalid_input', `${provider} needs ${missing.join(' and ')}.`, details)
  }
  const fields = Object.fromEntries(fieldsOf[provider].map((field) => [field, given[field]]))
  const id = newId()
  const fields_sealed = ctx.services.secrets.seal(JSON.stringify(fields), encryptionContext(id))
  await transaction(ctx, (ctx) =>
    ctx.db.together([
      remove.call({ provider }),
      save.call({ id, provider, fields_sealed }),
      audited({ action: 'credentials.saved', target: `provider:${provider}` }),
    ]),
  )
}

/** Removes the workspace's credentials, so that the installation's apply again. */
export async function removeCredentials(ctx: Ctx, provider: Provider): Promise<void> {
  await ctx.db.together([
    remove.call({ provider }),
    audited({ action: 'credentials.removed', target: `provider:${provider}` }),
  ])
}
