import { testContract } from './contract.ts'
import type { Person } from './front-end.ts'
import { checkRoles, checkOutsider, tables } from './sales/boundaries.ts'
import { checkConversations, checkDetails, checkLiveConversations } from './sales/conversations.ts'
import { checkAppointments, checkHandoffs } from './sales/handoffs.ts'
import { checkIntegrations } from './sales/integrations.ts'
import { checkCampaigns, checkProspects, checkRoutingRules } from './sales/pipeline.ts'
import { checkProperties } from './sales/properties.ts'
import type { Sales } from './sales/fixture.ts'
import { checkAuthentication, gatherTeam } from './sales/team.ts'

testContract(
  {
    name: 'the sales front-end: property sales',
    open: ['GET /api/properties', 'GET /api/integrations', 'GET /api/test-db'],
    signedIn: ['POST /api/auth/signout', ...tables],
    withoutInput: ['POST /api/auth/signout', 'GET /api/test-db'],
    received: ['handoff:new', 'message:new', 'conversation:update', 'appointment:new'],
  },
  async (fixture) => {
    const { step, signUp } = fixture
    const outsider = await signUp({ name: 'Zed' })
    let owner!: Person
    let sales!: Sales
    /** By the path segment before the id. */
    const ids: Record<string, string> = {}
    const known = () => ({
      prospectId: ids.prospects!,
      propertyId: ids.properties!,
      conversationId: ids.conversations!,
    })
    await step('authentication: supabase-js signs up, in and out', async () => {
      owner = await checkAuthentication(fixture)
    })
    await step('users: the team and its roles', async () => {
      sales = await gatherTeam(fixture, owner, outsider)
      ids.users = sales.team.sales_rep.id
    })
    await step('properties', async () => {
      ids.properties = await checkProperties(sales)
    })
    await step('routing rules', async () => {
      ids['routing-rules'] = await checkRoutingRules(sales)
    })
    await step('prospects', async () => {
      ids.prospects = await checkProspects(sales)
    })
    await step('campaigns', async () => {
      ids.campaigns = await checkCampaigns(sales, ids.prospects!)
    })
    await step('conversations', async () => {
      ids.conversations = await checkConversations(sales, ids.prospects!, ids.campaigns!)
    })
    await step('messages, entities, actions and steps of the plan', () => checkDetails(sales, ids.conversations!))
    await step('live conversations', () => checkLiveConversations(sales, ids.conversations!))
    await step('appointments', async () => {
      ids.appointments = await checkAppointments(sales, known())
    })
    await step('handoffs', async () => {
      ids.handoffs = await checkHandoffs(sales, known(), ids.appointments!)
    })
    await step('integrations and public reads', () => checkIntegrations(sales))
    await step('another workspace can neither read nor change its records', () => checkOutsider(sales, ids))
    await step('each role has exactly its permissions', () => checkRoles(sales, ids))
    sales.live[Symbol.dispose]()
  },
)
