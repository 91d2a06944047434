import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { toBase32 } from './totp.ts'

// Codes for users who lose their authenticator app or passkey. They have 80 random bits, so a plain hash is enough.

const codesPerUser = 10

/** Ignores hyphens, spaces and case, as in `K3JB-0…`. */
const hashOf = (code: string) =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[^A-Z2-7]/g, ''))
    .digest()

const drop = statement(
  'identity.recovery_codes.drop',
  () => sql<Record<string, never>>`delete from identity.recovery_codes where user_id = app.user_id()`,
)

const insert = statement(
  'identity.recovery_codes.insert',
  (_, p: { ids: string[]; hashes: Buffer[] }) => sql<Record<string, never>>`
    insert into identity.recovery_codes (id, user_id, code_hash)
    select id, app.user_id(), code_hash from unnest(${p.ids}::uuid[], ${p.hashes}::bytea[]) as t (id, code_hash)`,
)

const redeem = statement(
  'identity.recovery_codes.redeem',
  (_, p: { code_hash: Buffer }) => sql<{ id: string }>`
    update identity.recovery_codes set used_at = now()
     where user_id = app.user_id() and code_hash = ${p.code_hash} and used_at is null returning id`,
)

/** Creates codes that replace the old ones and can only be shown now. For the server, acting for the user. */
export function makeRecoveryCodes(): { codes: string[]; calls: Call[] } {
  const codes = Array.from({ length: codesPerUser }, () => toBase32(randomBytes(10)).match(/.{4}/g)!.join('-'))
  const made = insert.call({ ids: codes.map(() => newId()), hashes: codes.map(hashOf) })
  return { codes, calls: [drop.call({}), made] }
}

/** Consumes a code. Returns a row if it was valid; of two concurrent calls one does. For the server, acting for the user. */
export const redeemRecoveryCode = (code: string): Call => redeem.call({ code_hash: hashOf(code) })
