import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { toBase32 } from './totp.ts'

// Codes to write down, for a day without telephone or passkey. 80 random bits, so a plain hash cannot be guessed back.

const codesPerUser = 10

/** However it was typed: `K3JB-0…` with hyphens, spaces or small letters. */
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

/** New codes in place of the old ones. They are shown now or never. For the server, acting for the user. */
export function makeRecoveryCodes(): { codes: string[]; calls: Call[] } {
  const codes = Array.from({ length: codesPerUser }, () => toBase32(randomBytes(10)).match(/.{4}/g)!.join('-'))
  const made = insert.call({ ids: codes.map(() => newId()), hashes: codes.map(hashOf) })
  return { codes, calls: [drop.call({}), made] }
}

/** Uses a code up: a row when it was good. Of two at once one gets it. For the server, acting for the user. */
export const redeemRecoveryCode = (code: string): Call => redeem.call({ code_hash: hashOf(code) })
