import assert from 'node:assert/strict'
import { testContract } from './contract.ts'
import { answered, assertShape } from './answers.ts'
import { checkOutsider, checkRoles, idsOf } from './sales/boundaries.ts'
import type { Sales } from './sales/fixture.ts'
import { campaignOfThePage, type Made, refusals, type Send, sendAll, withCookie } from './sales/requests.ts'
import { checkAuthentication, gatherTeam, signInByCookie } from './sales/team.ts'

const bases = ['', '/compat/sales']
const endpoints = bases.flatMap((base) => [
  ...refusals.map(([endpoint]) => endpoint.replace(' ', ` ${base}`)),
  `GET ${base}/api/test-db`,
])
const isOpen = (endpoint: string) => /^GET .*\/api\/(properties|integrations|test-db)$/.test(endpoint)
const signOuts = bases.map((base) => `POST ${base}/api/auth/signout`)

testContract(
  {
    name: 'the sales front-end: property sales',
    open: endpoints.filter(isOpen),
    signedIn: [...endpoints.filter((endpoint) => !isOpen(endpoint)), ...signOuts],
    withoutInput: [...signOuts, ...endpoints.filter((endpoint) => endpoint.endsWith('/test-db'))],
    received: ['handoff:new', 'message:new', 'conversation:update', 'appointment:new'],
  },
  async (fixture) => {
    const { step, signUp, url, notes } = fixture
    const outsider = await signUp({ name: 'Zed' })
    let sales!: Sales
    let send!: Send
    let made!: Made
    await step('supabase-js signs up, in and out, and the sign-in sets a cookie', async () => {
      const owner = await checkAuthentication(fixture)
      sales = await gatherTeam(fixture, owner, outsider)
      const cookie = await signInByCookie(url, owner)
      send = withCookie(url, cookie, (call) => notes.calls.push(call))
    })
    for (const base of bases)
      await step(`every request of its handlers, by cookie, at ${base}/api`, async () => {
        const rep = { id: sales.team.sales_rep.id, name: 'Sami' }
        made = await sendAll(send, base, rep)
        for (const [endpoint, path, status] of refusals) {
          const [method = ''] = endpoint.split(' ')
          const { body } = await answerOf(send, method, `${base}/api/${path}`, status)
          assert.match(body.error, /\S/)
        }
      })
    await step('the campaigns page of the last version', async () => {
      const { body } = await answerOf(send, 'GET', '/compat/sales/api/campaigns', 200)
      for (const campaign of body.data) assertShape(campaign, campaignOfThePage)
      const campaign = body.data.find(({ id }: { id: string }) => id === made.campaignId)
      assertShape(campaign, {
        target_segment: 'High net worth',
        total_outreach: 1,
        response_rate: 100,
        contacted_prospects: [{ name: 'Faisal Otaibi', channel: 'whatsapp', contact: '+966501230002', city: 'Riyadh' }],
      })
      // A member without access to prospects sees the campaigns without them.
      const operations = await answered(200, sales.team.operations.get('/compat/sales/api/campaigns'))
      assertShape(operations.data.at(0), { contacted_prospects: [] })
    })
    await step('live events arrive', async () => {
      const { live, owner } = sales
      await live.next('handoff:new', ({ id }) => id === made.handoffId)
      await live.next('appointment:new', ({ appointment_id }) => appointment_id === made.appointmentId)
      const path = `/api/conversations/${made.conversationId}`
      const said = await answered(201, owner.post(`${path}/messages`, { speaker: 'prospect', message: 'Is it sold?' }))
      await live.next('message:new', ({ id, sender }) => id === said.data.id && sender === 'user')
      await answered(200, owner.put(path, { outcome: 'qualified' }))
      await live.next('conversation:update', ({ id, outcome }) => id === made.conversationId && outcome === 'qualified')
    })
    await step('of two members who claim a handoff, one gets it', async () => {
      const claim = `/api/handoffs/${made.handoffId}/claim`
      const { sales_rep, sales_manager } = sales.team
      const claims = await Promise.all([sales_rep, sales_manager].map(({ post }) => post(claim)))
      assert.deepEqual(claims.map(({ status }) => status).toSorted(), [200, 409])
    })
    const ids = async () => idsOf(sales, made)
    await step('another workspace can neither read nor change its records', async () =>
      checkOutsider(sales, await ids()),
    )
    await step('each role has exactly its permissions', async () => checkRoles(sales, await ids()))
    await step('signing out ends the session of the cookie', async () => {
      for (const base of bases) {
        const leaving = withCookie(url, await signInByCookie(url, sales.owner), (call) => notes.calls.push(call))
        await answerOf(leaving, 'POST', `${base}/api/auth/signout`, 200)
        await answerOf(leaving, 'GET', `${base}/api/prospects`, 401)
      }
    })
    sales.live[Symbol.dispose]()
  },
)

async function answerOf(send: Send, method: string, path: string, status: number) {
  const answer = await send(method, path, method === 'POST' || method === 'PUT' ? {} : undefined)
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
  return answer
}
