import type { z } from 'zod'
import { camelCase } from '../src/platform/http/names/shape.ts'
import type { Route, RouteTable } from '../src/platform/http/route.ts'
import type { Fixture } from './fixture.ts'

/** One endpoint as the generated suites (isolation, roles, fuzz) see it. */
export interface Operation {
  id: string
  /** The id without the front-end of a compatibility API: `chat.leaveChat` is one of `leaveChat`. */
  name: string
  tag: string
  route: Route
  /** The front-end whose API it imitates. */
  compat: string | undefined
  /** An operation of the API at the address of a front-end, with the same handler and schemas. */
  isPassedOn: boolean
}

export function operationsOf(tables: RouteTable[]): Operation[] {
  const ofApi = new Set(
    tables.flatMap(({ compat, routes }) => (compat ? [] : Object.values(routes).map(({ handler }) => handler))),
  )
  return tables.flatMap(({ tag, compat, routes }) =>
    Object.entries(routes).map(([id, route]) => ({
      id,
      name: id.slice(id.indexOf('.') + 1),
      tag,
      route,
      compat,
      isPassedOn: compat !== undefined && ofApi.has(route.handler),
    })),
  )
}

export const parametersOf = (route: Route): string[] =>
  [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)

/** The path segment before a parameter names the kind of record it identifies: `/api/contacts/:id` is one of `contacts`. */
export function kindOf(route: Route, parameter: string): string {
  const segments = route.path.split('/')
  const kind = segments[segments.indexOf(`:${parameter}`) - 1] ?? ''
  if (kind === 'messages' && segments.includes('conversations')) return 'transcript-messages'
  // A job of the calling front-end's dialer.
  if (kind === 'stop-dialing' || kind === 'dialing-status') return 'campaigns'
  return kind === 'integrations' && parameter === 'id' ? 'connections' : kind
}

/** Fields of bodies and queries that refer to another record. */
const referringFields: Record<string, string> = {
  contact_id: 'contacts',
  contact_ids: 'contacts',
  contact_list_id: 'contact-lists',
  sip_provider_id: 'sip-providers',
  greeting_file_id: 'greeting-files',
  greeting_file_url: 'greeting-file-urls',
  campaign_id: 'campaigns',
  client_id: 'clients',
  chat_id: 'chats',
  message_id: 'messages',
  reply_to: 'messages',
  poll_id: 'polls',
  file_id: 'uploads',
  room_name: 'rooms',
  around: 'messages',
  prospect_id: 'prospects',
  prospectId: 'prospects',
  property_id: 'properties',
  conversation_id: 'conversations',
  appointment_id: 'appointments',
  appointmentId: 'appointments',
  campaignId: 'campaigns',
  campaign_ids: 'campaigns',
  assigned_to: 'members',
  assign_to: 'members',
  createdBy: 'members',
  assignedTo: 'members',
  assigned_rep_id: 'members',
  assignedRepId: 'members',
  member_ids: 'members',
  knowledge_id: 'knowledge',
  productId: 'products',
  customerId: 'contacts',
  conversationId: 'conversations',
  formId: 'forms',
  assigneeId: 'members',
  user_id: 'members',
  userId: 'members',
  orderId: 'orders',
  paymentId: 'payments',
  shop_id: 'shop-rows',
  item_id: 'products',
  form_id: 'forms',
  port_id: 'sip-providers',
}

/** The path with ids out of `fixture`. Throws when the fixture has nothing of that kind: then the suites would miss it. */
export function pathIn(fixture: Fixture, route: Route): string {
  const path = route.path.replace(':bucket', 'receipts').replace('*', `${fixture.marker}/receipt.png`)
  return path.replace(/:(\w+)/g, (_, parameter: string) => {
    // A signed address has the name that it was signed for.
    if (parameter === 'filename') return route.path.includes('signed-files') ? `${fixture.marker}.wav` : 'greeting.wav'
    const id = fixture.ids[kindOf(route, parameter)]
    if (!id) throw new Error(`The fixture has no id for ${kindOf(route, parameter)} (${route.method} ${route.path}).`)
    return encodeURIComponent(id)
  })
}

/** Paths whose body says by `id` which record is meant, with its kind. */
const kindOfBody: Record<string, string> = { '/api/integrations': 'connections' }
const kindOfId = (route: Route) => kindOfBody[route.path.replace(/^\/compat\/[^/]+/, '')]

/** Returns whether a field of the route's query or body refers to a record. */
export const refersBy = (route: Route, field: string): boolean =>
  field in referringFields || (field === 'id' && kindOfId(route) !== undefined)

/** The route's example body, referring to things of `fixture` wherever it refers to something. */
export function bodyIn(fixture: Fixture, route: Route): unknown {
  if (!route.body) return undefined
  const body = refer(route.example ?? {}, fixture) as Record<string, unknown>
  const kind = kindOfId(route)
  return kind && 'id' in body ? { ...body, id: fixture.ids[kind] } : body
}

function refer(value: unknown, fixture: Fixture): unknown {
  if (Array.isArray(value)) return value.map((item) => refer(item, fixture))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const id = fixture.ids[referringFields[key] ?? '']
      if (id === undefined) return [key, refer(child, fixture)]
      return [key, Array.isArray(child) ? [id] : id]
    }),
  )
}

/** Values for query parameters that refer to no record. */
const sampleValues: Record<string, string> = { q: 'hello' }

/** A query string with every referring field the route's query knows, pointing into `fixture`, and what else it needs. */
export function queryIn(fixture: Fixture, route: Route): string {
  return asQuery(queryFieldsIn(fixture, route))
}

/** The same query with its fields under other names; a table of the data API has none, and is asked for a list then. */
export const queryUnderOtherNamesIn = (fixture: Fixture, route: Route): string =>
  tableOf(route) !== undefined
    ? asQuery(withoutKey(queryFieldsIn(fixture, route)))
    : asQuery(underOtherNames('query', route, queryFieldsIn(fixture, route)) as Record<string, string>)

function queryFieldsIn(fixture: Fixture, route: Route): Record<string, string> {
  const shape = (route.query as z.ZodObject | undefined)?.shape ?? {}
  const pairs = Object.keys(shape).flatMap((name) => {
    const value = fixture.ids[referringFields[name] ?? ''] ?? sampleValues[name]
    return value ? [[name, value] as const] : []
  })
  const table = tableOf(route)
  if (table === undefined) return Object.fromEntries(pairs)
  const id = fixture.ids[rowKinds[table] ?? '']
  const filters = [...(id !== undefined && Object.hasOwn(shape, 'id') ? [['id', id] as const] : []), ...pairs]
  return Object.fromEntries(filters.filter(([name]) => name !== 'q').map(([name, value]) => [name, `eq.${value}`]))
}

/** The kinds of records that the rows of tables of the data API are. */
const rowKinds: Record<string, string> = {
  transfer_numbers: 'transfer-numbers',
  contacts: 'contacts',
  contact_lists: 'contact-lists',
  greeting_files: 'greeting-files',
  sip_providers: 'sip-providers',
  user_trunks: 'sip-providers',
  goip_devices: 'sip-providers',
  goip_ports: 'sip-providers',
  campaigns: 'campaigns',
  campaign_ports: 'campaigns',
  dialer_jobs: 'campaigns',
  shops: 'shop-rows',
  items: 'products',
  forms: 'forms',
  form_submissions: 'orders',
  conversations: 'conversations',
  messages: 'messages',
  properties: 'properties',
  prospects: 'prospects',
  appointments: 'appointments',
  handoff_packages: 'handoffs',
  integrations: 'connections',
  users: 'members',
  profiles: 'members',
}

const tableOf = ({ path }: Route): string | undefined => /\/rest\/v1\/(\w+)$/.exec(path)?.[1]

const withoutKey = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'id'))

const asQuery = (fields: Record<string, string>) => {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** The same body or query with each field under another name that the route accepts: camelCase, or an alias. */
export function underOtherNames(part: 'query' | 'body', route: Route, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => underOtherNames(part, route, item))
  const aliases = Object.entries(route.accepts?.[part] ?? {}).filter(([alias, own]) => !`${alias}${own}`.includes('.'))
  const otherName = (name: string) => aliases.find(([, own]) => own === name)?.[0] ?? camelCase(name)
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [otherName(name), underOtherNames(part, route, child)]),
  )
}
