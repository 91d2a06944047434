import assert from 'node:assert/strict'
import { answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Answer, FrontEnd } from '../front-end.ts'
import { roles, type Role, type Sales } from './fixture.ts'
import type { Made } from './requests.ts'

/** The endpoints that read and change the tables of the front-end. */
const tables = [
  'GET /api/properties/:id',
  'POST /api/properties',
  'PUT /api/properties/:id',
  'DELETE /api/properties/:id',
  'GET /api/prospects',
  'POST /api/prospects',
  'GET /api/campaigns',
  'POST /api/campaigns',
  'GET /api/conversations',
  'POST /api/conversations',
  'GET /api/appointments',
  'POST /api/appointments',
  'GET /api/handoffs',
  'POST /api/handoffs',
  'POST /api/handoffs/from-appointment',
  'POST /api/integrations',
  'GET /api/users',
  'GET /api/users/:id',
  'PATCH /api/users/:id',
  'GET /api/prospects/:id',
  'PUT /api/prospects/:id',
  'DELETE /api/prospects/:id',
  'GET /api/prospects/:id/qualification-scores',
  'POST /api/prospects/:id/qualification-scores',
  'PUT /api/prospects/:id/qualification-scores/:scoreId',
  'DELETE /api/prospects/:id/qualification-scores/:scoreId',
  'GET /api/campaigns/:id',
  'PUT /api/campaigns/:id',
  'GET /api/campaigns/:id/runs',
  'GET /api/campaigns/:id/queued-leads',
  'POST /api/campaigns/:id/queued-leads',
  'DELETE /api/campaigns/:id/queued-leads/:leadId',
  'GET /api/conversations/live',
  'GET /api/conversations/:id',
  'PUT /api/conversations/:id',
  'GET /api/conversations/:id/messages',
  'POST /api/conversations/:id/messages',
  'PATCH /api/conversations/:id/messages/:messageId',
  'GET /api/conversations/:id/entities',
  'POST /api/conversations/:id/entities',
  'PATCH /api/conversations/:id/entities/:itemId',
  'DELETE /api/conversations/:id/entities/:itemId',
  'GET /api/conversations/:id/actions',
  'POST /api/conversations/:id/actions',
  'PATCH /api/conversations/:id/actions/:itemId',
  'DELETE /api/conversations/:id/actions/:itemId',
  'GET /api/conversations/:id/plan-steps',
  'POST /api/conversations/:id/plan-steps',
  'PATCH /api/conversations/:id/plan-steps/:itemId',
  'DELETE /api/conversations/:id/plan-steps/:itemId',
  'GET /api/conversations/:id/live',
  'PUT /api/conversations/:id/live',
  'GET /api/appointments/:id',
  'PUT /api/appointments/:id',
  'GET /api/handoffs/:id',
  'PUT /api/handoffs/:id',
  'POST /api/handoffs/:id/claim',
  'POST /api/handoffs/:id/complete',
  'GET /api/routing-rules',
  'POST /api/routing-rules',
  'GET /api/routing-rules/:id',
  'PUT /api/routing-rules/:id',
  'DELETE /api/routing-rules/:id',
]

/** One id of each kind, by the path segment before it. */
type Ids = Record<string, string>

export async function idsOf({ owner, team }: Sales, made: Made): Promise<Ids> {
  const rules = await answered(200, owner.get('/api/routing-rules'))
  const rule =
    rules.data[0] ??
    (await answered(201, owner.post('/api/routing-rules', { name: 'Everybody', assign_to: 'auto' }))).data
  return {
    users: team.sales_rep.id,
    properties: made.propertyId,
    prospects: made.prospectId,
    campaigns: made.campaignId,
    conversations: made.conversationId,
    appointments: made.appointmentId,
    handoffs: made.handoffId,
    'routing-rules': rule.id,
  }
}

/** Checks that another workspace can neither read nor change the records of this one. */
export async function checkOutsider({ outsider }: Sales, ids: Ids): Promise<void> {
  for (const endpoint of tables.filter((one) => one.includes('/:id'))) await refused(404, call(outsider, endpoint, ids))
  for (const endpoint of tables.filter(
    (one) => one.startsWith('GET') && !one.includes(':') && one !== 'GET /api/users',
  ))
    assertShape(await answered(200, call(outsider, endpoint, ids)), { data: [] })
}

const all: Role[] = ['admin', ...roles]
const but = (...without: Role[]) => all.filter((role) => !without.includes(role))
const sellers: Role[] = ['admin', 'sales_manager', 'sales_rep']
const table: [string, Role[]][] = [
  ['GET /api/users', all],
  ['PATCH /api/users/:id', ['admin']],
  ['GET /api/properties', all],
  ['PUT /api/properties/:id', sellers],
  ['GET /api/prospects', but('operations')],
  ['PUT /api/prospects/:id', sellers],
  ['GET /api/campaigns', all],
  ['PUT /api/campaigns/:id', ['admin', 'sales_manager', 'operations']],
  ['GET /api/conversations', but('operations')],
  ['GET /api/conversations/:id/messages', but('operations')],
  ['PUT /api/conversations/:id', sellers],
  ['POST /api/conversations/:id/reviews', ['admin', 'sales_manager', 'qa_supervisor']],
  ['POST /api/prospects/:id/qualification-scores', but('compliance_officer', 'operations')],
  ['GET /api/appointments', but('operations')],
  ['PUT /api/appointments/:id', sellers],
  ['GET /api/handoffs', but('operations')],
  ['PUT /api/handoffs/:id', sellers],
  ['GET /api/routing-rules', all],
  ['PUT /api/routing-rules/:id', ['admin', 'sales_manager']],
  ['POST /api/integrations', ['admin', 'operations']],
  ['GET /api/audit', ['admin', 'compliance_officer']],
  ['GET /api/do-not-call', all],
  ['POST /api/do-not-call', [...sellers, 'compliance_officer']],
]

export async function checkRoles({ team }: Sales, ids: Ids): Promise<void> {
  for (const [endpoint, allowed] of table)
    for (const role of all) {
      const { status, text } = await call(team[role], endpoint, ids)
      if (allowed.includes(role)) assert.ok(status < 300 || status === 409, `${role} ${endpoint}: ${status} ${text}`)
      else assert.equal(status, 403, `${role} ${endpoint}: ${text}`)
    }
}

/** Valid bodies, so that a request can fail only for its caller. */
const bodies: Record<string, object> = {
  'POST /api/do-not-call': { phone_number: '+971501110000' },
  'POST /api/integrations': { name: 'HubSpot', type: 'crm' },
  'PATCH /api/users/:id': { role: 'sales_rep' },
  'POST /api/conversations/:id/messages': { sender: 'customer', text: 'Hello' },
  'POST /api/conversations/:id/entities': { type: 'city', value: 'Dubai' },
  'POST /api/conversations/:id/actions': { type: 'search' },
  'POST /api/conversations/:id/plan-steps': { description: 'Ask' },
  'POST /api/conversations/:id/reviews': { note: 'Well done' },
}

function call(frontEnd: FrontEnd, endpoint: string, ids: Ids): Promise<Answer> {
  const [method, template] = endpoint.split(' ') as [string, string]
  const path = template
    .replace(/([\w-]+)\/:id\b/, (_, kind: string) => `${kind}/${ids[kind]}`)
    .replace(/:\w+/, unknownId)
  if (method === 'GET') return frontEnd.get(path)
  const body = endpoint.includes('queued-leads') ? { prospect_id: ids.prospects } : (bodies[endpoint] ?? {})
  return frontEnd[method.toLowerCase() as 'post' | 'put' | 'patch' | 'delete'](path, body)
}
