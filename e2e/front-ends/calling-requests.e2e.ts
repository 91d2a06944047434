import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { assertShape } from './answers.ts'
import { type Browser, openBrowser } from './calling/browser.ts'
import { type RecordedRequest, recordedGreeting, type Stored, versions } from './calling/requests.ts'
import { openTables, tableOperations } from './calling/tables.ts'
import { manyFromOneAddress } from './contract.ts'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'

/** Sends one request like the page does, checks what the page reads, and stores what it stores. */
async function send(browser: Browser, base: string, request: RecordedRequest, stored: Stored): Promise<void> {
  const { method, saysJson, bearer } = request
  const body = request.form?.(stored) ?? (request.body && JSON.stringify(request.body(stored)))
  const headers = {
    ...(saysJson && { 'content-type': 'application/json' }),
    ...(bearer && { authorization: `Bearer ${bearer(stored)}` }),
  }
  const answer = await browser.send(method, base + request.path(stored), headers, body)
  assert.equal(answer.status, request.status, answer.text)
  assert.equal(answer.headers.get('x-ignored-fields'), null, 'A field that the front-end sends has no effect.')
  if (request.reads) assertShape(answer.body, request.reads(stored))
  if (answer.body.session) stored.session = answer.body.session
  if (request.remembers) stored.ids[request.remembers] = answer.body.id
}

interface Run {
  browser: Browser
  base: string
  email: string
}

/** Sends all requests of a version. Each is a step of its own, so that one failure does not hide the others. */
async function sendAll(t: TestContext, { browser, base, email }: Run, requests: RecordedRequest[]): Promise<Stored> {
  const stored: Stored = { session: { user: { id: '', email } }, ids: {} }
  for (const request of requests) await t.test(request.name, () => send(browser, base, request, stored))
  return stored
}

const unsignedIn = async (browser: Browser, url: string, { session }: Stored) =>
  (await browser.send('GET', `${url}/api/profiles/${session.user.id}`, { authorization: `Bearer ${session.user.id}` }))
    .status

testOnBothDatabases('the requests of the calling front-end', (databaseUrl, t) =>
  withScratch('calling-requests', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl, settings: manyFromOneAddress })
    for (const [at, version] of versions.entries()) {
      for (const address of ['/api', '/compat/calling/api']) {
        await t.test(`${version.name} at ${address}`, async (t) => {
          const email = `ana${at}${address.length}@example.com`
          const browser = openBrowser(server.url)
          const stored = await sendAll(t, { browser, base: server.url + address, email }, version.requests(email))
          await t.test('after signing out nothing can be read', async () => {
            assert.equal(browser.cookies.has('sb_access'), false)
            assert.equal(await unsignedIn(browser, server.url, stored), 401)
          })
        })
      }
    }

    await t.test(
      'the id of a user is no proof: neither without the cookie nor with the cookie of another',
      async () => {
        const [ana, bo] = [openBrowser(server.url), openBrowser(server.url)]
        const signUp = async (browser: Browser, email: string) => {
          const body = JSON.stringify({ email, password: 'correct horse battery' })
          const path = `${server.url}/api/auth/login`
          const made = await browser.send('POST', path.replace('login', 'signup'), jsonType, body)
          assert.equal(made.status, 201, made.text)
          return (await browser.send('POST', path, jsonType, body)).body.session as Stored['session']
        }
        const session = await signUp(ana, 'ana@example.com')
        await signUp(bo, 'bo@example.com')
        const stored = { session, ids: {} }
        assert.equal(await unsignedIn(ana, server.url, stored), 200)
        for (const other of [bo, openBrowser(server.url), openBrowser('http://localhost:1')])
          assert.equal(await unsignedIn(other, server.url, stored), 401)
      },
    )

    await t.test('the tables of the last version', async (t) => {
      const { db, stored } = await openTables(server.url, 'tables@example.com')
      const { data } = await db.auth.getSession()
      const authorization = `Bearer ${data.session?.access_token}`
      const greeting = { method: 'POST', headers: { authorization }, body: recordedGreeting(stored.userId) }
      for (const { name, run } of tableOperations) {
        await t.test(name, () => run(db, stored))
        if (!stored.ids.greeting && name.startsWith('greetings')) {
          const made = await fetch(`${server.url}/api/greeting-files`, greeting)
          stored.ids.greeting = ((await made.json()) as { id: string }).id
        }
      }
    })

    await t.test('a refusal has the sentence that each version shows', async () => {
      const browser = openBrowser(server.url)
      const body = JSON.stringify({ email: 'unknown@example.com', password: 'wrong' })
      const { status, body: answer } = await browser.send('POST', `${server.url}/api/auth/login`, jsonType, body)
      assert.equal(status, 401)
      assert.match(answer.message, /^\S.* .*\.$/)
      assert.equal(answer.message, answer.error)
    })
  }),
)

const jsonType = { 'content-type': 'application/json' }
