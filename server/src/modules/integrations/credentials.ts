import { sql } from 'kysely'
import type { Config } from '../../config.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { badRequest, conflict, notFound } from '../../platform/errors.ts'
import { newId } from '../../platform/id.ts'
import { audited } from '../identity/index.ts'
import type { Credentials } from './schema.ts'

/** What each provider's account consists of; the first of them is what it cannot do without. */
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

/** Throws 404 for a provider that needs none, or that nobody knows. */
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

/** The workspace's own, else the installation's, else null. */
export async function credentialsOf<P extends Provider>(ctx: Ctx, provider: P): Promise<CredentialsOf<P> | null> {
  return (await ownCredentials(ctx, provider)) ?? installationCredentials(ctx.services.config, provider)
}

/** The workspace's own, or null. */
export async function ownCredentials<P extends Provider>(ctx: Ctx, provider: P): Promise<CredentialsOf<P> | null> {
  const own = await ctx.db.maybe(find, { provider })
  return own ? JSON.parse(ctx.services.secrets.open(own.fields_sealed, place(own.id))) : null
}

/** The installation's, or null. */
export function installationCredentials<P extends Provider>(config: Config, provider: P): CredentialsOf<P> | null {
  const { oauthApps, stripe, paypal } = config
  const accounts: Record<Provider, Partial<Record<keyof Credentials, string | null>>> = { ...oauthApps, stripe, paypal }
  const given = accounts[provider]
  const fields = fieldsOf[provider].map((field: keyof Credentials) => [field, given[field] ?? ''])
  return given[fieldsOf[provider][0]] ? Object.fromEntries(fields) : null
}

export const notConfigured = (name: string) =>
  conflict('not_configured', `${name} is not set up here: enter its credentials first.`)

const place = (id: string) => `integrations.credentials/fields/${id}`

const save = statement(
  'integrations.save_credentials',
  (_, p: { id: string; provider: string; fields_sealed: string }) => sql`
    insert into integrations.credentials (id, provider, fields_sealed) values (${p.id}, ${p.provider}, ${p.fields_sealed})`,
)
const remove = statement(
  'integrations.remove_credentials',
  (_, p: { provider: string }) => sql`delete from integrations.credentials where provider = ${p.provider}`,
)

/** Throws 400 naming what is missing. */
export async function saveCredentials(ctx: Ctx, provider: Provider, given: Credentials): Promise<void> {
  const missing = fieldsOf[provider].filter((field) => !given[field])
  if (missing.length > 0) {
    const details = missing.map((field) => ({ path: `body.${field}`, message: `${provider} needs it.` }))
    throw badRequest('invalid_input', `${provider} needs ${missing.join(' and ')}.`, details)
  }
  const fields = Object.fromEntries(fieldsOf[provider].map((field) => [field, given[field]]))
  const id = newId()
  const fields_sealed = ctx.services.secrets.seal(JSON.stringify(fields), place(id))
  await transaction(ctx, (ctx) =>
    ctx.db.together([
      remove.call({ provider }),
      save.call({ id, provider, fields_sealed }),
      audited({ action: 'credentials.saved', target: `provider:${provider}` }),
    ]),
  )
}

/** From now on the installation's count again. */
export async function removeCredentials(ctx: Ctx, provider: Provider): Promise<void> {
  await ctx.db.together([
    remove.call({ provider }),
    audited({ action: 'credentials.removed', target: `provider:${provider}` }),
  ])
}
