import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import type { VoiceGateway } from '@switchboard/voice'
import { type App, type AppOptions, createApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'
import { createLog } from '../src/platform/log.ts'
import type { Outbox } from '../src/platform/outbox/outbox.ts'
import { type TestClient, createClient } from './client.ts'
import { openTestDatabase } from './database.ts'
import { allDelivered } from './log.ts'

export interface TestServer {
  app: App
  url: string
  /** An anonymous caller. */
  anyone: TestClient
  /** A new user in a workspace of their own, signed in by bearer token. */
  signUp(more?: { email?: string; password?: string }): Promise<SignedUp>
  /** Another member of `owner`'s workspace. */
  addMember(owner: TestClient, role: string): Promise<SignedUp>
  /** Waits until all events have been published: clients that connect after this receive only later ones. */
  allDelivered(): Promise<void>
  /** Lines logged so far. */
  logLines: string[]
  close(): Promise<void>
}

export type SignedUp = TestClient & {
  userId: string
  workspaceId: string
  email: string
  password: string
  token: string
}

let people = 0
let shared: Promise<TestServer> | undefined

/**
 * The server that all test files in this process share, for tests that keep to workspaces of their own. Files with them are
 * named `*.shared.test.ts` and run in one process: see together.test.ts.
 */
export const sharedTestServer = (): Promise<TestServer> => (shared ??= startTestServer())

/**
 * The whole server on a free loopback port over a database of its own: embedded, or PostgreSQL when DATABASE_URL is set.
 * It ends with the test file, so call it at the file's top level: `const server = await startTestServer()`. It makes calls
 * by `voice`, which stays its owner's to close; without one it makes none.
 */
export async function startTestServer(
  env: Record<string, string> = {},
  voice: VoiceGateway | null = null,
  parts: Partial<Pick<AppOptions, 'modules' | 'frontEnds'>> = {},
): Promise<TestServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-'))
  const config: Config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    SIP_PORT: '0',
    LOG_LEVEL: 'warn',
    SIGN_UPS_PER_HOUR: '1000000',
    RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000',
    RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '1000000',
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_WORKSPACE_PER_MINUTE: '1000000',
    ...env,
  })
  const logLines: string[] = []
  const log = createLog(config.logLevel, { write: (line) => void logLines.push(line) })
  const database = await openTestDatabase(config, log)
  const app = await createApp({ config, log, database, voice, ...parts })
  const url = await app.listen()
  await app.work()
  const anyone = createClient(url)
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  after(close)

  const signUp = async (
    more: { email?: string; password?: string; invitation_token?: string } = {},
  ): Promise<SignedUp> => {
    const email = more.email ?? `person${++people}.${process.pid}@example.com`
    const password = more.password ?? 'correct horse battery'
    const { body } = await anyone.post('/api/auth/register', {
      email,
      password,
      name: `Person ${people}`,
      invitation_token: more.invitation_token,
    })
    if (!body.access_token) throw new Error(`Sign-up failed: ${JSON.stringify(body)}`)
    const client = createClient(url, { authorization: `Bearer ${body.access_token}` })
    return Object.assign(client, {
      userId: body.user.id as string,
      workspaceId: body.user.workspace.id as string,
      email,
      password,
      token: body.access_token as string,
    })
  }

  return {
    app,
    url,
    anyone,
    signUp,
    async addMember(owner, role) {
      const email = `member${++people}.${process.pid}@example.com`
      const { body: me } = await owner.get('/api/auth/me')
      const { body } = await owner.post(`/api/workspaces/${me.workspace.id}/invitations`, { email, role })
      return signUp({ email, invitation_token: body.token })
    },
    // What services show of the outbox is less than it is.
    allDelivered: () => allDelivered(database, app.services.outbox as Outbox),
    logLines,
    close,
  }
}
