import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { routeTables } from '../src/modules.ts'
import { makeAdmin } from '../src/modules/identity/index.ts'
import { openApiDocument } from '../src/platform/http/reference/openapi.ts'
import { type ReferenceOperation, referenceOf } from '../src/platform/http/reference/reference.ts'
import type { Route } from '../src/platform/http/route.ts'
import { asExample, recordedPath } from './example-responses.ts'
import { bodyIn, type Operation, operationsOf, pathIn, queryIn } from './operations.ts'
import { startTestServer } from './server.ts'
import { toneWav } from './tone.ts'
import { createFixture, type Fixture } from './fixture.ts'

// What the reference shows is true: every example is taken, every answer has the shape of the operation's own.

const document = openApiDocument(routeTables, { version: '0', url: 'http://127.0.0.1:3001' })
const sections = referenceOf(document)
const shown = new Map<string, ReferenceOperation>(
  sections.flatMap(({ groups }) => groups.flatMap(({ operations }) => operations.map((of) => [of.id, of] as const))),
)

/** Operations that one fixture cannot run together, with their refusals, which have other reasons than the example. */
const expectedRefusals: Record<string, number> = {
  // Outside parties that a test's server has no account with.
  signInElsewhere: 409,
  signInWithGoogle: 409,
  signInWithFacebook: 404,
  // The fixture's user has no username.
  findColleague: 404,
  supabaseAuthorize: 400,
  returnFromElsewhere: 409,
  verifyWebhook: 409,
  receiveWebhook: 409,
  testSipProvider: 503,
  // The example names no provider, and none or several are switched on.
  createTestCall: 400,
  // Made-up tokens, numbers and options.
  refresh: 401,
  resetPassword: 400,
  confirmTotp: 400,
  addPasskey: 400,
  signInWithSecondFactor: 403,
  secondFactorOptions: 403,
  signInWithPasskey: 400,
  acceptInvitation: 404,
  supabaseVerify: 403,
  createReport: 404,
  recordPayment: 404,
  resumeSubscription: 404,
  castVote: 400,
  submitForm: 404,
  listVisitorMessages: 401,
  addVisitorMessage: 401,
  placePublicOrder: 401,
  listVisitorOrders: 401,
  getCustomerOrder: 401,
  payCustomerOrder: 401,
  confirmCustomerPayment: 401,
  getProductImage: 404,
  deleteKnowledgeByQuery: 404,
  unblockUser: 404,
  deleteDoNotCallByNumber: 404,
  disableTotp: 404,
  // The fixture's user is its only owner, an administrator, and cannot do these to themselves.
  changeRole: 409,
  changeTeammate: 409,
  changeTeamRole: 409,
  removeMember: 409,
  removeTeammate: 409,
  leaveWorkspace: 409,
  suspendUser: 409,
  banUser: 409,
  deleteUser: 409,
  blockUser: 400,
  mergeContacts: 400,
  changeChatMember: 403,
  removeChatMember: 403,
  // Things of the fixture that have gone further already.
  viewMessage: 409,
  acceptVideoCall: 409,
  declineVideoCall: 409,
  completeHandoff: 409,
  createPaymentIntent: 409,
  cancelPayment: 409,
  refundPayment: 409,
  createAppointment: 409,
  // The plan that was chosen is not paid.
  getSubscription: 404,
}
const operations = operationsOf(routeTables).filter(({ route, compat }) => !route.hidden && compat === undefined)

test('every operation is in the reference, once, in a section with a name', () => {
  assert.deepEqual([...shown.keys()].toSorted(), operations.map(({ id }) => id).toSorted())
  assert.ok(!sections.some(({ name }) => name === 'Also there'), 'a heading that no section has')
})

test('every example answer fits the operation, and every example body', () => {
  for (const { id, route } of operations) {
    const { response } = shown.get(id) as ReferenceOperation
    const answered = response === null ? undefined : route.response.safeParse(JSON.parse(response))
    assert.ok(answered?.success ?? true, `${id}: ${answered?.error?.message}\n${response}`)
    const asked = route.body?.safeParse(route.example)
    assert.ok(asked?.success ?? true, `${id}: ${asked?.error?.message}`)
  }
})

const server = await startTestServer()
const createAdministratorFixture = async () => {
  const fixture = await createFixture(server)
  await makeAdmin(server.app.services, fixture.owner.email)
  return fixture
}

/** Ends a session, an account, a contact, or leaves a state that others begin with; so each has a fixture of its own. */
const endings = new Set([
  'logout',
  'signout',
  'signOut',
  'supabaseLogout',
  'changePassword',
  'changePasswordAtUsers',
  'deleteAccount',
  'deleteAccountAtUsers',
  'disableTwoFactor',
  'revokeSession',
  'revokeOtherSessions',
  'deleteShop',
  'deleteWorkspace',
  'leaveWorkspace',
  'switchWorkspace',
  'createWorkspace',
  'createShop',
  'eraseContact',
  'mergeContacts',
  'leaveChat',
  'deleteChat',
  'choosePlan',
  'createPaymentIntent',
  'refundPayment',
  'createAppointment',
  'rescheduleAppointment',
  'cancelAppointment',
])
const depth = ({ path }: Route) => path.split('/').length
const stageOf = ({ id, route }: Operation) =>
  endings.has(id) ? 3 : route.method === 'GET' ? 0 : route.method === 'DELETE' ? 2 : 1

const file = (content: Buffer | string, name: string) => {
  const form = new FormData()
  form.set('file', new File([typeof content === 'string' ? content : new Uint8Array(content)], name))
  return form
}
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const uploads: Record<string, FormData> = {
  importContacts: file('first_name,last_name,phone_number\nAna,Lima,+15550100\n', 'people.csv'),
  previewImport: file('first_name,last_name,phone_number\nAna,Lima,+15550100\n', 'people.csv'),
  createGreetingFile: file(toneWav(1), 'greeting.wav'),
  uploadFile: file(picture, 'picture.png'),
  setProductImage: file(picture, 'picture.png'),
}

const isEmptyList = (body: { data?: unknown } | undefined) => Array.isArray(body?.data) && body.data.length === 0

/** The input of the example with the ids of the fixture. */
function queryOf(fixture: Fixture, { id, route }: Operation): string {
  const [, shownQuery = ''] = /\?([^'\s]*)/.exec(shown.get(id)?.curl.split('\n')[0] ?? '') ?? []
  const query = new URLSearchParams(shownQuery)
  for (const [name, value] of new URLSearchParams(queryIn(fixture, route))) query.set(name, value)
  return query.size > 0 ? `?${query.toString()}` : ''
}

test('every example does what it says where its ids are there', async () => {
  const refusals: Record<string, number> = {}
  const texts: string[] = []
  const answers: Record<string, unknown> = {}
  const routes = operations.map(({ route }) => route)
  const ordered = operations.toSorted(
    (a, b) => stageOf(a) - stageOf(b) || (stageOf(a) === 2 ? depth(b.route) - depth(a.route) : 0),
  )
  let fixture = await createAdministratorFixture()
  let stage = 0
  for (const operation of ordered) {
    const { id, route } = operation
    if (stageOf(operation) !== stage || endings.has(id)) fixture = await createAdministratorFixture()
    stage = stageOf(operation)
    // Another message may go to the same address, however soon.
    await server.app.services.connections.pool.query('delete from identity.attempts')
    const address = pathIn(fixture, route) + queryOf(fixture, operation)
    const answer = await fixture.owner.request(route.method, address, uploads[id] ?? bodyIn(fixture, route))
    if (answer.status < 400) {
      const isJson = answer.headers.get('content-type')?.includes('json') && route.response.type !== 'null'
      // The example's filter may find nothing in this fixture: then without it.
      const shownBody = isEmptyList(answer.body)
        ? (await fixture.owner.get(pathIn(fixture, route) + queryIn(fixture, route))).body
        : answer.body
      if (isJson && answer.body !== undefined)
        answers[id] = asExample(shownBody, { marker: fixture.marker, route, routes, now: Date.now() })
      continue
    }
    refusals[id] = answer.status
    texts.push(`${id}: ${answer.status} ${answer.text}`)
  }
  assert.deepEqual(refusals, expectedRefusals, texts.join('\n'))
  // The reference shows these responses. RECORD_EXAMPLES=on records them again, when operations or fields have changed.
  if (process.env.RECORD_EXAMPLES) await writeFile(recordedPath, `${JSON.stringify(answers, null, 2)}\n`)
  const recorded = JSON.parse(await readFile(recordedPath, 'utf8')) as object
  assert.deepEqual(
    Object.keys(recorded),
    Object.keys(answers),
    'Run this test with RECORD_EXAMPLES=on, then `npm run generate`.',
  )
})
