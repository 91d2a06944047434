import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { createContext, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { sharedTestServer } from '../../../../test/server.ts'
import { revokeSession } from './open-sessions.ts'
import { refreshSession, startSession } from './sessions.ts'
import { accessTokens } from './token-keys.ts'
import { actAs } from '../people/users.ts'

// Runs random sequences of steps on one user's sessions and compares each result with a small model.

const server = await sharedTestServer()
const { services } = server.app
const { userId } = await server.signUp()
const device = { address: '192.0.2.1', userAgent: null }
const asServer = () => serverContext(services, { workspaceId: null })

const removeAll = statement(
  'test.remove_sessions',
  (_, p: { user_id: string }) => sql`delete from identity.sessions where user_id = ${p.user_id}`,
)
const jump = statement(
  'test.jump',
  (_, p: { user_id: string; seconds: number }) =>
    sql`update identity.sessions
         set rotated_at = rotated_at - make_interval(secs => ${p.seconds}::int),
             created_at = created_at - make_interval(secs => ${p.seconds}::int),
             expires_at = expires_at - make_interval(secs => ${p.seconds}::int),
             idle_expires_at = idle_expires_at - make_interval(secs => ${p.seconds}::int)
       where user_id = ${p.user_id}`,
)

interface ModelSession {
  /** Refresh tokens by generation. */
  tokens: string[]
  accessToken: string
  rotatedAt: number
  idleEndsAt: number
  endsAt: number
  revoked: boolean
}
interface Model {
  now: number
  sessions: ModelSession[]
}

const day = 24 * 60 * 60
const isAlive = (model: Model, session: ModelSession) =>
  !session.revoked && model.now < session.endsAt && model.now < session.idleEndsAt

async function orStatus<T>(work: Promise<T>): Promise<T | number> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError) return error.status
    throw error
  }
}

type Step =
  | { do: 'log in' }
  | { do: 'refresh'; session: number; generationsBack: number }
  | { do: 'use' | 'log out'; session: number }
  | { do: 'wait'; seconds: number }

async function perform(step: Step, model: Model): Promise<void> {
  if (step.do === 'log in') {
    const acting = [actAs.call({ user_id: userId })]
    const { refresh_token, access_token } = await transaction(asServer(), (ctx) => startSession(ctx, acting, device))
    const { now } = model
    const session = { tokens: [refresh_token], accessToken: access_token, rotatedAt: now, revoked: false }
    model.sessions.push({ ...session, idleEndsAt: now + 30 * day, endsAt: now + 90 * day })
    return
  }
  if (step.do === 'wait') {
    await asServer().db.all(jump, { user_id: userId, seconds: step.seconds })
    model.now += step.seconds
    return
  }
  const session = model.sessions[step.session % model.sessions.length]
  if (!session) return
  const alive = isAlive(model, session)
  if (step.do === 'refresh') {
    const current = session.tokens.length - 1
    const generation = Math.max(0, current - step.generationsBack)
    const got = await orStatus(refreshSession(services, session.tokens[generation] as string, device))
    const inGrace = generation === current - 1 && model.now - session.rotatedAt < 10
    if (!alive || (generation !== current && !inGrace)) {
      session.revoked ||= alive
      assert.equal(got, 401)
      return
    }
    assert.ok(typeof got === 'object')
    session.accessToken = got.access_token
    if (generation !== current) return assert.equal(got.refresh_token, session.tokens[current])
    assert.ok(!session.tokens.includes(got.refresh_token))
    session.tokens.push(got.refresh_token)
    session.rotatedAt = model.now
    session.idleEndsAt = Math.min(session.endsAt, model.now + 30 * day)
    return
  }
  const bearer = accessTokens(services).verify(session.accessToken, Date.now())
  const principal = { kind: 'user', ...bearer } as const
  const entry = { access: 'user', workspaceId: null } as const
  const ctx = createContext({ services, principal, entry, requestId: 'test', log: services.log })
  if (step.do === 'use') {
    const who = await orStatus(ctx.db.actor())
    assert.equal(typeof who === 'object' ? who.user_id : who, alive ? userId : 401)
    return
  }
  const done = await orStatus(transaction(ctx, (ctx) => revokeSession(ctx, bearer.sessionId, 'signed_out')))
  assert.equal(done, alive ? undefined : 401)
  session.revoked = true
}

test('sessions match the model through logins, refreshes, replays, sign-outs and time (AUT-16)', async () => {
  const session = fc.nat(3)
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'log in' }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('refresh' as const),
        session,
        generationsBack: fc.constantFrom(0, 0, 1, 1, 2),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('use' as const), session }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('log out' as const), session }) },
    // One second is within the grace period, with a margin for a slow machine; ten seconds are not.
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 1, 10, 20 * day) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      await asServer().db.all(removeAll, { user_id: userId })
      const model: Model = { now: 0, sessions: [] }
      for (const step of [{ do: 'log in' } as const, ...steps]) await perform(step, model)
    }),
    { numRuns: 200 },
  )
})
