import { createHmac, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { freshSecret, hashOf } from '../../../platform/oauth/attempt.ts'
import type { Services } from '../../../platform/services.ts'
import { codeLifeSeconds, newCode } from '../codes/codes.ts'

// A mail with a link and a six-digit code. Either is valid once, and uses up the other. Only hashes are stored.

export type Purpose = 'sign_in' | 'confirm' | 'change_email' | 'approve_email'

export const signInLinkMinutes = 30
export const confirmationHours = 24
const lifeMinutes: Record<Purpose, number> = {
  sign_in: signInLinkMinutes,
  confirm: confirmationHours * 60,
  change_email: confirmationHours * 60,
  approve_email: confirmationHours * 60,
}
const maxTries = 5

/** The `type` of GoTrue in the link. */
const linkTypes: Record<Purpose, string> = {
  sign_in: 'magiclink',
  confirm: 'signup',
  change_email: 'email_change',
  approve_email: 'email_change',
}

const insert = statement(
  'identity.mailed_proofs.insert',
  (
    _,
    p: {
      id: string
      purpose: Purpose
      user_id: string | null
      address: string
      token_hash: Buffer
      code_hash: Buffer
      code_challenge: string | null
      metadata: string
      minutes: number
    },
  ) => sql<Record<string, never>>`
    with replaced as (
      delete from identity.mailed_proofs
       where purpose = ${p.purpose} and lower(address) = lower(${p.address}) and user_id is not distinct from ${p.user_id}::uuid
    )
    insert into identity.mailed_proofs
           (id, purpose, user_id, address, token_hash, code_hash, code_challenge, metadata, expires_at)
    values (${p.id}, ${p.purpose}, ${p.user_id}, ${p.address}, ${p.token_hash}, ${p.code_hash}, ${p.code_challenge},
            ${p.metadata}::jsonb, now() + make_interval(mins => ${p.minutes}::int))`,
)

export interface MailedProof {
  purpose: Purpose
  user_id: string | null
  address: string
  code_challenge: string | null
  metadata: Record<string, unknown>
}

const columns = sql`p.purpose, p.user_id, p.address, p.code_challenge, p.metadata`
const notSuspended = sql`
  not exists (select from identity.users u where u.id = p.user_id and u.suspended_at is not null)`

const takeByToken = statement(
  'identity.mailed_proofs.take',
  (_, p: { token_hash: Buffer; purposes: string[] }) => sql<MailedProof>`
    delete from identity.mailed_proofs p
     where p.token_hash = ${p.token_hash} and p.purpose = any (${p.purposes}) and p.expires_at > now() and ${notSuspended}
    returning ${columns}`,
)

// Concurrent attempts wait for each other at the rows.
const tryCode = statement(
  'identity.mailed_proofs.try',
  (_, p: { address: string; purposes: string[] }) => sql<{ id: string; code_hash: Buffer }>`
    update identity.mailed_proofs p set tries = p.tries + 1
     where lower(p.address) = lower(${p.address}) and p.purpose = any (${p.purposes}) and p.tries < ${sql.lit(maxTries)}
       and p.created_at > clock_timestamp() - make_interval(secs => ${sql.lit(codeLifeSeconds)}) and ${notSuspended}
    returning p.id, p.code_hash`,
)

const takeById = statement(
  'identity.mailed_proofs.take_by_id',
  (_, p: { id: string }) => sql<MailedProof>`
    delete from identity.mailed_proofs p where p.id = ${p.id} returning ${columns}`,
)

/** Another address invalidates all mails of the user. */
export const dropProofs = statement(
  'identity.mailed_proofs.drop_others',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    delete from identity.mailed_proofs where user_id = ${p.user_id}`,
)

export const deleteExpiredProofs = statement(
  'identity.mailed_proofs.system',
  () => sql<Record<string, never>>`delete from identity.mailed_proofs where expires_at < now()`,
)

interface NewProof {
  purpose: Purpose
  userId: string | null
  /** The recipient. */
  address: string
  /** The page that the link redirects to, with a session. */
  page?: string | undefined
  codeChallenge?: string | undefined
  metadata?: Record<string, unknown> | undefined
}

/**
 * Stores a proof, which replaces the last one for the same purpose. Returns the link and the code for the mail. For the
 * server, in a transaction.
 */
export async function storeProof(ctx: Ctx, proof: NewProof): Promise<{ link: string; code: string }> {
  const { services } = ctx
  const { purpose, userId, address } = proof
  const [id, token, code] = [newId(), freshSecret(), newCode()]
  await ctx.db.together([
    insert.call({
      id,
      purpose,
      user_id: userId,
      address,
      token_hash: hashOf(token),
      code_hash: codeHash(services, id, code),
      code_challenge: proof.codeChallenge ?? null,
      metadata: JSON.stringify(proof.metadata ?? {}),
      minutes: lifeMinutes[purpose],
    }),
  ])
  const link = new URL(`${services.config.publicUrl}/auth/v1/verify`)
  const { page } = proof
  link.search = new URLSearchParams({
    token,
    type: linkTypes[purpose],
    ...(page !== undefined && { redirect_to: page }),
  }).toString()
  return { link: link.href, code }
}

/** From a mail: the token of its link, or its code and the address it was sent to. */
export type GivenProof = { token: string } | { email: string; code: string }

/**
 * Uses up the proof, or one of the five attempts of a code. Returns undefined when it is wrong, used or expired; commit the
 * transaction also then, because it has counted the attempt. For the server.
 */
export async function takeProof(ctx: Ctx, purposes: Purpose[], given: GivenProof): Promise<MailedProof | undefined> {
  if ('token' in given) return ctx.db.maybe(takeByToken, { token_hash: hashOf(given.token), purposes })
  const candidates = await ctx.db.all(tryCode, { address: given.email, purposes })
  const right = candidates.find(({ id, code_hash }) =>
    timingSafeEqual(code_hash, codeHash(ctx.services, id, given.code)),
  )
  return right && ctx.db.maybe(takeById, { id: right.id })
}

const codeHash = ({ secrets }: Services, id: string, code: string): Buffer =>
  createHmac('sha256', secrets.derive('identity.mailed_proofs'))
    .update(JSON.stringify([id, code]))
    .digest()
