import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { DatabaseUrl } from '../databases.ts'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { refused, unknownId } from './answers.ts'
import type { FrontEnd, Notes, Person } from './front-end.ts'
import { join, openFrontEnd, signUp } from './front-end.ts'

/** What a front-end's document names, written as it writes it: `METHOD /path/:id`. */
export interface Document {
  name: string
  /** Anyone may call these. */
  open: string[]
  /** These need a login. */
  signedIn: string[]
  /** Of all these, the ones that nothing but a missing login can go wrong with. */
  withoutInput: string[]
  /** Events of the live socket. */
  sent?: string[]
  received?: string[]
}

/** A server just started, with nobody and nothing in it, as one front-end sees it. */
export interface Fixture {
  readonly url: string
  /** The front-end with nobody signed in. */
  readonly visitor: FrontEnd
  readonly notes: Notes
  /** For files; the server's log is in it. */
  readonly folder: string
  signUp(more?: Parameters<typeof signUp>[2]): Promise<Person>
  /** Someone new who accepts an invitation to the current workspace of `host`. */
  join(host: Person, role: string): Promise<Person>
  /** Makes them an administrator of the platform, which only the operator can. */
  makeAdmin(person: Person): Promise<Person>
  /** One paragraph of the document. */
  step(name: string, run: () => Promise<void>): Promise<void>
  /** Runs `switchboard …` as the operator; answers what it prints. The embedded database needs the server stopped for it. */
  operate(args: string[], input?: string): Promise<string>
}

/** Settings for a server to which many people come from one address. */
export const manyFromOneAddress = {
  SIGN_UPS_PER_HOUR: '1000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '100000',
  RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '100000',
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_WORKSPACE_PER_MINUTE: '100000',
}

/**
 * Declares the test of a document, on both databases. After `run` it checks that nothing the document names was left out:
 * every endpoint answered well and refused something, no other than the open ones answers without a login, and every event
 * was seen.
 */
export function testDocument(
  document: Document,
  run: (fixture: Fixture) => Promise<void>,
  more: Record<string, string> = {},
): void {
  testOnBothDatabases(document.name, (databaseUrl, t) =>
    withScratch('document', async (folder) => {
      await using server = await startSwitchboard({ folder, databaseUrl, settings: { ...manyFromOneAddress, ...more } })
      const notes: Notes = { calls: [], frames: [] }
      const step = makeStep(t)
      const operator = (args: string[], input?: string) => operate(server, databaseUrl, args, input)
      await run({
        url: server.url,
        visitor: openFrontEnd(server.url, notes),
        notes,
        folder,
        signUp: (person) => signUp(server.url, notes, person),
        join: (host, role) => join(server.url, notes, host, role),
        async makeAdmin(person) {
          await operator(['user', 'admin', person.email])
          return person
        },
        step,
        operate: operator,
      })
      await step('without a login nothing but the open endpoints answers', async () => {
        const stranger = openFrontEnd(server.url, { calls: [], frames: [] })
        for (const endpoint of document.signedIn) await refused(401, callBlindly(stranger, endpoint))
        if (document.received) assert.equal(await (await stranger.listen()).closed(), 4401)
      })
      await step('nothing the document names was left out', async () => assertComplete(document, notes))
    }),
  )
}

/** A failed step fails the test at once: the next ones build on it. */
function makeStep(t: TestContext): Fixture['step'] {
  return async (name, run) => {
    let holds = false
    await t.test(name, async () => {
      await run()
      holds = true
    })
    assert.ok(holds, `The step "${name}" failed.`)
  }
}

/** Runs `switchboard …`; the embedded database is one process's, so its server stands still meanwhile. */
export async function operate(
  server: Awaited<ReturnType<typeof startSwitchboard>>,
  databaseUrl: DatabaseUrl,
  args: string[],
  input?: string,
): Promise<string> {
  if (databaseUrl) return server.command(args, input)
  await server.stop()
  try {
    return await server.command(args, input)
  } finally {
    await server.start()
  }
}

function callBlindly(frontEnd: FrontEnd, endpoint: string) {
  const [method, path] = endpoint.split(' ') as [string, string]
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
  const filled = path.replaceAll(/:\w+/g, unknownId)
  return verb === 'get' ? frontEnd.get(filled) : frontEnd[verb](filled, {})
}

function assertComplete(document: Document, { calls, frames }: Notes): void {
  const endpoints = [...document.open, ...document.signedIn]
  const answeredWith = (endpoint: string) => {
    const [method, path] = endpoint.split(' ') as [string, string]
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    return calls.filter((call) => call.method === method && pattern.test(call.path)).map(({ status }) => status)
  }
  const neverAnswered = endpoints.filter((endpoint) => !answeredWith(endpoint).some((status) => status < 400))
  const neverRefused = endpoints
    .filter((endpoint) => !document.withoutInput.includes(endpoint))
    .filter((endpoint) => !answeredWith(endpoint).some((status) => status >= 400 && status < 500))
  const seen = new Set(frames.map(({ direction, event }) => `${direction} ${event}`))
  const expected = [
    ...(document.sent ?? []).map((event) => `sent ${event}`),
    ...(document.received ?? []).map((event) => `received ${event}`),
  ]
  assert.deepEqual(
    {
      neverAnswered,
      neverRefused,
      unknown: document.withoutInput.filter((endpoint) => !endpoints.includes(endpoint)),
      neverSeen: expected.filter((frame) => !seen.has(frame)),
      broken: calls.filter(({ status }) => status >= 500),
    },
    { neverAnswered: [], neverRefused: [], unknown: [], neverSeen: [], broken: [] },
  )
}
