import { after } from 'node:test'
import { apiKeys, authentication, signInElsewhere } from './receptionist/accounts.ts'
import { clients, deletedClient, knowledge } from './receptionist/clients.ts'
import { analytics, calls, listsOfCalls } from './receptionist/calls.ts'
import { billing } from './receptionist/billing.ts'
import { testContract } from './contract.ts'
import { startGitHub } from './receptionist/github.ts'
import type { Person } from './front-end.ts'

const github = await startGitHub()
after(() => github.stop())

testContract(
  {
    name: 'the receptionist front-end',
    open: [
      'POST /api/auth/register',
      'POST /api/auth/login',
      'POST /api/auth/refresh',
      'GET /healthz',
      'GET /api/auth/oauth',
      'GET /api/auth/oauth/:provider',
      'GET /api/auth/oauth/:provider/callback',
    ],
    signedIn: [
      'GET /api/auth/me',
      'GET /api/clients',
      'POST /api/clients',
      'GET /api/clients/:id',
      'PUT /api/clients/:id',
      'DELETE /api/clients/:id',
      'GET /api/calls',
      'POST /api/calls',
      'GET /api/calls/:id',
      'GET /api/analytics/dashboard',
      'GET /api/analytics/calls-per-day',
      'GET /api/analytics/sentiment',
      'GET /api/analytics/client/:id/stats',
      'POST /api/clients/:id/knowledge',
      'GET /api/clients/:id/knowledge',
      'DELETE /api/clients/:id/knowledge/:knowledgeId',
      'GET /api/clients/:id/knowledge/search',
      'POST /api/api-keys',
      'GET /api/api-keys',
      'DELETE /api/api-keys/:id',
      'GET /api/subscriptions/:userId',
      'POST /api/subscriptions',
      'DELETE /api/subscriptions/:userId',
      'POST /api/subscriptions/:userId/cancel',
      'POST /api/subscriptions/:userId/resume',
      'GET /api/invoices',
      'GET /api/invoices/:id',
      'GET /api/usage',
    ],
    withoutInput: ['GET /healthz', 'GET /api/auth/oauth', 'GET /api/auth/me', 'GET /api/usage'],
    sent: ['ping'],
    received: ['call:logged', 'pong'],
  },
  async (fixture) => {
    const { step } = fixture
    const bo = await fixture.signUp({ name: 'Bo Berg' })
    let ana!: Person
    let agent!: Person
    let clientId!: string
    await step('authentication', async () => {
      ana = await authentication(fixture)
      agent = await fixture.join(ana, 'agent')
    })
    await step('sign-in with an external account', () => signInElsewhere(fixture))
    await step('clients', async () => {
      clientId = await clients(ana, bo, agent)
    })
    await step('calls, logged by the agent with an API key', () => calls(fixture, ana, bo, clientId))
    await step('lists of calls', () => listsOfCalls(ana, bo, clientId))
    await step('analytics', () => analytics(ana, bo, clientId))
    await step('knowledge', () => knowledge(ana, bo, agent, clientId))
    await step('API keys', () => apiKeys(fixture, ana, bo, agent))
    await step('subscription, limits and invoices', () => billing(fixture, ana, bo, agent, clientId))
    await step('a deleted client', () => deletedClient(ana, bo, clientId))
  },
  github.settings,
)
