import { startCalledPeople } from '../peers/sipp.ts'
import { aText, answered, assertShape, refused } from './answers.ts'
import { authentication, profiles } from './calling/accounts.ts'
import { greetingFiles, sipProviders, transferNumbers } from './calling/telephony.ts'
import { contactLists, contacts, doNotCall } from './calling/contacts.ts'
import { aCampaignCalls, campaigns } from './calling/campaigns.ts'
import { subscriptions } from './calling/subscriptions.ts'
import { testContract } from './contract.ts'
import type { Person } from './front-end.ts'

testContract(
  {
    name: 'the calling front-end: outbound calling',
    open: ['POST /api/auth/signup', 'POST /api/auth/login', 'GET /api/plans'],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/profiles/:userId',
      'PATCH /api/profiles/:userId',
      'POST /api/profiles/:userId/affiliate',
      'GET /api/transfer-numbers',
      'POST /api/transfer-numbers',
      'DELETE /api/transfer-numbers/:transferNumberId',
      'GET /api/sip-providers',
      'POST /api/sip-providers',
      'PUT /api/sip-providers/:providerId',
      'DELETE /api/sip-providers/:providerId',
      'PATCH /api/sip-providers/:providerId/status',
      'POST /api/sip-providers/:id/test',
      'GET /api/greeting-files',
      'POST /api/greeting-files',
      'GET /api/files/:id/:filename',
      'GET /api/campaigns',
      'POST /api/campaigns',
      'GET /api/campaigns/call-count/:userId',
      'GET /api/campaigns/:id',
      'PATCH /api/campaigns/:id',
      'DELETE /api/campaigns/:id',
      'POST /api/campaigns/:id/start',
      'POST /api/campaigns/:id/pause',
      'POST /api/campaigns/:id/resume',
      'POST /api/campaigns/:id/stop',
      'GET /api/campaigns/:id/calls',
      'GET /api/campaigns/:id/report.csv',
      'GET /api/contacts',
      'POST /api/contacts',
      'GET /api/contacts/:id',
      'PUT /api/contacts/:id',
      'PATCH /api/contacts/:id',
      'DELETE /api/contacts/:id',
      'GET /api/contact-lists',
      'POST /api/contact-lists',
      'POST /api/contact-lists/:id/contacts',
      'DELETE /api/contact-lists/:id/contacts',
      'POST /api/contact-lists/:id/import',
      'GET /api/imports/:id',
      'GET /api/do-not-call',
      'POST /api/do-not-call',
      'DELETE /api/do-not-call/:id',
      'GET /api/subscriptions/:userId',
      'POST /api/subscriptions',
      'POST /api/payments',
      'GET /api/payments',
    ],
    withoutInput: ['POST /api/auth/logout', 'GET /api/plans'],
    sent: ['campaign:watch', 'ping'],
    received: ['campaign:progress', 'import:progress', 'call:logged', 'pong'],
  },
  async (fixture) => {
    await using called = await startCalledPeople({
      folder: fixture.folder,
      script: {
        byNumberEnding: {
          '0100': { does: 'listen' },
          '01': { does: 'press', keys: '1', afterMs: 500, talkMs: 1500 },
          '02': { does: 'hang up', afterMs: 300 },
        },
        otherwise: { does: 'reject', status: 404 },
        ringMs: 50,
      },
    })
    const { step } = fixture
    const bo = await fixture.signUp({ name: 'Bo Berg' })
    let ana!: Person
    let agent!: Person
    await step('authentication', async () => {
      ana = await authentication(fixture)
      agent = await fixture.join(ana, 'agent')
    })
    await step('user profiles', () => profiles(ana, bo, agent))
    await step('transfer numbers', () => transferNumbers(ana, bo, agent))
    await step('SIP providers', () => sipProviders(ana, bo, agent))
    await step('greeting files', () => greetingFiles(fixture, ana, bo))
    await step('contacts', () => contacts(ana, bo))
    await step('contact lists and imports', () => contactLists(ana, bo))
    await step('do not call', () => doNotCall(ana, bo))
    await step('campaigns', () => campaigns(ana, bo, agent))
    await step('a campaign calls', () => aCampaignCalls(ana, bo, called))
    await step('subscriptions and payments', () => subscriptions(fixture, ana, bo, agent))
    await step('logout', async () => {
      assertShape(await answered(200, ana.post('/api/auth/logout')), { success: true, message: aText })
      await refused(401, ana.get(`/api/profiles/${ana.id}`))
    })
  },
)
