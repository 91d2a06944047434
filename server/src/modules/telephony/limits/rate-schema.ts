import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { prefix } from './schema.ts'

const micros = z.number().int().min(0).max(1_000_000_000_000)
const seconds = z.number().int().min(1).max(3600)

const about = {
  prefix: 'Digits after the + that the numbers begin with. The longest prefix that fits a number decides.',
  price_per_minute_micros: "Price of a minute, in millionths of the workspace's currency: 0.02 EUR is 20000.",
  connection_fee_micros: 'Added once for each answered call; 0 by default.',
  first_increment_seconds: 'Seconds that every answered call is billed for at least; 60 by default.',
  next_increment_seconds: 'After those the call is billed in steps of so many seconds, rounded up; 60 by default.',
}

export const CallRate = z
  .object({
    id: id.describe('Id of the rate.'),
    prefix: z.string().describe(about.prefix),
    price_per_minute_micros: micros.describe(about.price_per_minute_micros),
    connection_fee_micros: micros.describe(about.connection_fee_micros),
    first_increment_seconds: seconds.describe(about.first_increment_seconds),
    next_increment_seconds: seconds.describe(about.next_increment_seconds),
    created_at: instant.describe('When the rate was created.'),
    updated_at: instant.describe('When the rate was last changed.'),
  })
  .meta({ id: 'CallRate' })

export const NewCallRate = z
  .object({
    prefix: prefix.describe(about.prefix),
    price_per_minute_micros: micros.describe(about.price_per_minute_micros),
    connection_fee_micros: optional(micros).describe(about.connection_fee_micros),
    first_increment_seconds: optional(seconds).describe(about.first_increment_seconds),
    next_increment_seconds: optional(seconds).describe(about.next_increment_seconds),
  })
  .meta({ id: 'NewCallRate' })

export const CallRateChanges = z
  .object({
    prefix: optional(prefix).describe(about.prefix),
    price_per_minute_micros: optional(micros).describe(about.price_per_minute_micros),
    connection_fee_micros: optional(micros).describe(about.connection_fee_micros),
    first_increment_seconds: optional(seconds).describe(about.first_increment_seconds),
    next_increment_seconds: optional(seconds).describe(about.next_increment_seconds),
  })
  .meta({ id: 'CallRateChanges' })

export type CallRate = z.output<typeof CallRate>
export type NewCallRate = z.output<typeof NewCallRate>
export type CallRateChanges = z.output<typeof CallRateChanges>
