import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { DatabaseUrl } from '../databases.ts'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { refused, unknownId } from './answers.ts'
import type { FrontEnd, Notes, Person } from './front-end.ts'
import { join, openFrontEnd, signUp } from './front-end.ts'

/** The endpoints and events that a front-end uses, as `METHOD /path/:id`. */
export interface Contract {
  name: string
  /** Endpoints without a login. */
  open: string[]
  /** Endpoints that need a login. */
  signedIn: string[]
  /** Those endpoints that can fail only for a missing login. */
  withoutInput: string[]
  /** Events of the live socket. */
  sent?: string[]
  received?: string[]
}

/** A new, empty server as one front-end sees it. */
export interface Fixture {
  readonly url: string
  /** The front-end without a login. */
  readonly visitor: FrontEnd
  readonly notes: Notes
  /** A folder for files. It contains the server's log. */
  readonly folder: string
  signUp(more?: Parameters<typeof signUp>[2]): Promise<Person>
  /** Signs up a user who accepts an invitation to the current workspace of `host`. */
  join(host: Person, role: string): Promise<Person>
  /** Makes a user an administrator of the platform, with the operator's command. */
  makeAdmin(person: Person): Promise<Person>
  /** Runs one part of the contract as a subtest. */
  step(name: string, run: () => Promise<void>): Promise<void>
  /** Runs `switchboard …` as the operator. Returns its output. Stops the server meanwhile when the database is embedded. */
  operate(args: string[], input?: string): Promise<string>
}

/** Settings of a server that many users reach from one address. */
export const manyFromOneAddress = {
  SIGN_UPS_PER_HOUR: '1000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '100000',
  RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '100000',
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_WORKSPACE_PER_MINUTE: '100000',
}

/**
 * Declares the test of a contract, on both databases. After `run` it checks that the contract is covered: every endpoint
 * has succeeded and has refused a request, only the open ones work without a login, and every event was seen.
 */
export function testContract(
  contract: Contract,
  run: (fixture: Fixture) => Promise<void>,
  more: Record<string, string> = {},
): void {
  testOnBothDatabases(contract.name, (databaseUrl, t) =>
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
      await step('only the open endpoints work without a login', async () => {
        const anonymous = openFrontEnd(server.url, { calls: [], frames: [] })
        for (const endpoint of contract.signedIn) await refused(401, callBlindly(anonymous, endpoint))
        if (contract.received) assert.equal(await (await anonymous.listen()).closed(), 4401)
      })
      await step('every endpoint and event of the contract was used', async () => assertComplete(contract, notes))
    }),
  )
}

/** A failed step fails the whole test, because the later steps depend on it. */
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

/** Runs `switchboard …`. The embedded database serves one process, so its server is stopped meanwhile. */
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

function assertComplete(contract: Contract, { calls, frames }: Notes): void {
  const endpoints = [...contract.open, ...contract.signedIn]
  const answeredWith = (endpoint: string) => {
    const [method, path] = endpoint.split(' ') as [string, string]
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    return calls.filter((call) => call.method === method && pattern.test(call.path)).map(({ status }) => status)
  }
  const neverAnswered = endpoints.filter((endpoint) => !answeredWith(endpoint).some((status) => status < 400))
  const neverRefused = endpoints
    .filter((endpoint) => !contract.withoutInput.includes(endpoint))
    .filter((endpoint) => !answeredWith(endpoint).some((status) => status >= 400 && status < 500))
  const seen = new Set(frames.map(({ direction, event }) => `${direction} ${event}`))
  const expected = [
    ...(contract.sent ?? []).map((event) => `sent ${event}`),
    ...(contract.received ?? []).map((event) => `received ${event}`),
  ]
  assert.deepEqual(
    {
      neverAnswered,
      neverRefused,
      unknown: contract.withoutInput.filter((endpoint) => !endpoints.includes(endpoint)),
      neverSeen: expected.filter((frame) => !seen.has(frame)),
      broken: calls.filter(({ status }) => status >= 500),
    },
    { neverAnswered: [], neverRefused: [], unknown: [], neverSeen: [], broken: [] },
  )
}
