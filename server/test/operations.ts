import type { z } from 'zod'
import type { Route, RouteTable } from '../src/platform/http/route.ts'
import type { Fixture } from './fixture.ts'

/** One endpoint as the generated suites (isolation, roles, fuzz) see it. */
export interface Operation {
  id: string
  tag: string
  route: Route
}

export const operationsOf = (tables: RouteTable[]): Operation[] =>
  tables.flatMap(({ tag, routes }) => Object.entries(routes).map(([id, route]) => ({ id, tag, route })))

export const parametersOf = (route: Route): string[] =>
  [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)

/** The path segment before a parameter names the kind of record it identifies: `/api/contacts/:id` is one of `contacts`. */
export function kindOf(route: Route, parameter: string): string {
  const segments = route.path.split('/')
  const kind = segments[segments.indexOf(`:${parameter}`) - 1] ?? ''
  if (kind === 'messages' && segments.includes('conversations')) return 'transcript-messages'
  return kind === 'integrations' && parameter === 'id' ? 'connections' : kind
}

/** Fields of bodies and queries that refer to another record. */
export const referringFields: Record<string, string> = {
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
  assigned_to: 'members',
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
}

/** The path with ids out of `fixture`. Throws when the fixture has nothing of that kind: then the suites would miss it. */
export function pathIn(fixture: Fixture, route: Route): string {
  return route.path.replace(/:(\w+)/g, (_, parameter: string) => {
    // A signed address has the name that it was signed for.
    if (parameter === 'filename') return route.path.includes('signed-files') ? `${fixture.marker}.wav` : 'greeting.wav'
    const id = fixture.ids[kindOf(route, parameter)]
    if (!id) throw new Error(`The fixture has no id for ${kindOf(route, parameter)} (${route.method} ${route.path}).`)
    return encodeURIComponent(id)
  })
}

/** The route's example body, referring to things of `fixture` wherever it refers to something. */
export const bodyIn = (fixture: Fixture, route: Route): unknown =>
  route.body ? refer(route.example ?? {}, fixture) : undefined

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
  const shape = (route.query as z.ZodObject | undefined)?.shape ?? {}
  const pairs = Object.keys(shape).flatMap((name) => {
    const value = fixture.ids[referringFields[name] ?? ''] ?? sampleValues[name]
    return value ? [`${name}=${value}`] : []
  })
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}
