import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { VideoConfig } from '../../config/video.ts'
import type { Secrets } from '../../platform/crypto/secrets.ts'

/** How long a participant can stay in a call before a new token is needed. */
export const tokenSeconds = 4 * 60 * 60
/**
 * How long a token of a provider is valid. The provider checks only the token, so a short lifetime ends the access of a
 * removed member. Tokens of `mesh` are checked against the database on each use.
 */
const providerTokenSeconds = 10 * 60
export const secondsOfToken = (provider: VideoConfig['provider']['kind']): number =>
  provider === 'mesh' ? tokenSeconds : providerTokenSeconds

/** The contents of a token: the user, the room and the expiry. */
export interface Admission {
  identity: string
  name: string | null
  /** Id of the call, so that the next call of the same name, or one of another workspace, has another room. */
  room: string
  /** Unix seconds. */
  issuedAt: number
  expiresAt: number
}

/** A JSON Web Token signed with HMAC-SHA256 (RFC 7515, RFC 7519). */
export function signToken(header: object, payload: object, key: string | Buffer): string {
  const content = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
}

const meshKey = (secrets: Secrets) => secrets.derive('video/token')
const meshAudience = 'switchboard/video'

/** Returns a token for `call:join`. */
const signMesh = (secrets: Secrets, { identity, name, room, issuedAt, expiresAt }: Admission) =>
  signToken(
    { alg: 'HS256', typ: 'JWT' },
    { aud: meshAudience, sub: identity, name, room, iat: issuedAt, exp: expiresAt },
    meshKey(secrets),
  )

const meshClaims = z.object({ aud: z.literal(meshAudience), sub: z.uuid(), room: z.uuid(), exp: z.number() })

/** Returns the claims of a `mesh` token; undefined when it was changed or has expired. */
export function verifyMesh(secrets: Secrets, token: string, now: Date): { sub: string; room: string } | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const expected = createHmac('sha256', meshKey(secrets)).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const claims = meshClaims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  return claims.success && claims.data.exp * 1000 > now.getTime() ? claims.data : undefined
}

/** Source: docs.livekit.io, "Tokens & grants". */
export const signLiveKit = (
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
  { identity, name, room, issuedAt, expiresAt }: Admission,
) =>
  signToken(
    { alg: 'HS256', typ: 'JWT' },
    {
      iss: apiKey,
      sub: identity,
      ...(name !== null && { name }),
      nbf: issuedAt,
      exp: expiresAt,
      video: { room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true },
    },
    apiSecret,
  )

/** Source: twilio.com/docs/iam/access-tokens; at most 24 h. */
export const signTwilio = (
  { accountSid, apiKey, apiSecret }: { accountSid: string; apiKey: string; apiSecret: string },
  { identity, room, issuedAt, expiresAt }: Admission,
) =>
  signToken(
    { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' },
    {
      jti: `${apiKey}-${issuedAt}`,
      iss: apiKey,
      sub: accountSid,
      iat: issuedAt,
      exp: expiresAt,
      grants: { identity, video: { room } },
    },
    apiSecret,
  )

/** Returns a token of the installation's provider, and the URL to connect to. */
export function admit({ publicUrl, video }: Config, secrets: Secrets, admission: Admission) {
  const { provider } = video
  switch (provider.kind) {
    case 'livekit':
      return { token: signLiveKit(provider, admission), url: provider.url }
    case 'twilio':
      return { token: signTwilio(provider, admission), url: null }
    case 'mesh':
      return { token: signMesh(secrets, admission), url: `${publicUrl.replace(/^http/, 'ws')}/ws` }
  }
}
