import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { DatabaseUrl } from '../databases.ts'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { refused, unknownId } from './answers.ts'
import type { FrontEnd, Notes, Person } from './front-end.ts'
import { openFrontEnd, signUp } from './front-end.ts'

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
export interface Scene {
  readonly url: string
  /** The front-end with nobody signed in. */
  readonly visitor: FrontEnd
  readonly notes: Notes
  signUp(more?: Parameters<typeof signUp>[2]): Promise<Person>
  /** One paragraph of the document. */
  step(name: string, run: () => Promise<void>): Promise<void>
  /** Runs `switchboard …` as the operator; answers what it prints. The embedded database needs the server stopped for it. */
  operate(args: string[], input?: string): Promise<string>
}

/** Many people come from this one address. */
const settings = {
  SIGN_UPS_PER_HOUR: '1000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '100000',
  RATE_LIMIT_PER_MINUTE: '100000',
}

/**
 * Declares the test of a document, on both databases. After `run` it checks that nothing the document names was left out:
 * every endpoint answered well and refused something, no other than the open ones answers without a login, and every event
 * was seen.
 */
export function testDocument(
  document: Document,
  run: (scene: Scene) => Promise<void>,
  more: Record<string, string> = {},
): void {
  testOnBothDatabases(document.name, (databaseUrl, t) =>
    withScratch('document', async (folder) => {
      await using server = await startSwitchboard({ folder, databaseUrl, settings: { ...settings, ...more } })
      const notes: Notes = { calls: [], frames: [] }
      const step = makeStep(t)
      await run({
        url: server.url,
        visitor: openFrontEnd(server.url, notes),
        notes,
        step,
        signUp: (person) => signUp(server.url, notes, person),
        operate: (args, input) => operate(server, databaseUrl, args, input),
      })
      await step('without a login nothing but the open endpoints answers', async () => {
        const stranger = openFrontEnd(server.url, { calls: [], frames: [] })
        for (const endpoint of document.signedIn) await refused(401, callBlindly(stranger, endpoint))
        if (document.received) await assert.rejects(stranger.listen(), /refused/)
      })
      await step('nothing the document names was left out', async () => assertComplete(document, notes))
    }),
  )
}

/** A failed step fails the test at once: the next ones build on it. */
function makeStep(t: TestContext): Scene['step'] {
  return async (name, run) => {
    let failure: unknown
    await t.test(name, async () => {
      try {
        await run()
      } catch (error) {
        failure = error
        throw error
      }
    })
    if (failure !== undefined) throw new Error(`The step "${name}" failed.`, { cause: failure })
  }
}

async function operate(
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
