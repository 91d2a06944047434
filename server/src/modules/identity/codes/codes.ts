import { createHmac, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { type Call, statement } from '../../../platform/database/statement.ts'
import type { Services } from '../../../platform/services.ts'

// Six-digit codes. A user has at most one valid code for each purpose.

export const codeLifeSeconds = 10 * 60
const maxTries = 5

export const newCode = () => String(randomInt(1_000_000)).padStart(6, '0')

interface Code {
  purpose: string
  userId: string
  /** The recipient. It is part of the hashed value, so a code for one address is not valid for another. */
  address: string
  code: string
  /** The recipient, when it becomes the user's only with the confirmation. */
  newAddress?: string | undefined
}

const hashOf = ({ secrets }: Services, { purpose, userId, address, code }: Code): Buffer =>
  createHmac('sha256', secrets.derive('identity.codes'))
    .update(JSON.stringify([purpose, userId, address, code]))
    .digest()

const keep = statement(
  'identity.codes.keep',
  (_, p: { purpose: string; code_hash: Buffer; new_address: string | null }) => sql<{ expires_at: string }>`
    insert into identity.codes as c (user_id, purpose, code_hash, new_address, expires_at)
    values (app.user_id(), ${p.purpose}, ${p.code_hash}, ${p.new_address}, now() + make_interval(secs => ${sql.lit(codeLifeSeconds)}))
    on conflict (user_id, purpose) do update
      set code_hash = excluded.code_hash, new_address = excluded.new_address, expires_at = excluded.expires_at, tries = 0, created_at = now()
    returning expires_at`,
)

const redeem = statement(
  'identity.codes.redeem',
  (_, p: { purpose: string; code_hash: Buffer }) => sql<{ right: boolean }>`
    select app.redeem_code(app.user_id(), ${p.purpose}, ${p.code_hash}, ${sql.lit(maxTries)}) as "right"`,
)

/** Stores a code and invalidates the previous one. Returns `expires_at`. For the server, acting for the user. */
export const storeCode = (services: Services, code: Code): Call<{ expires_at: string }> =>
  keep.call({ purpose: code.purpose, code_hash: hashOf(services, code), new_address: code.newAddress ?? null })

/** Finds the recipient of the user's code when it is not theirs yet. For the server, acting for the user. */
export const findNewAddress = statement(
  'identity.codes.find_new_address',
  (_, p: { purpose: string }) => sql<{ new_address: string | null }>`
    select new_address from identity.codes where user_id = app.user_id() and purpose = ${p.purpose}`,
)

/** Uses one of five attempts. Returns whether the code is `right`; a code is valid once. For the server, acting for the user. */
export const redeemCode = (services: Services, code: Code): Call<{ right: boolean }> =>
  redeem.call({ purpose: code.purpose, code_hash: hashOf(services, code) })
