import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'

/**
 * What calls cost, and how a workspace's spend limits hold. An attempt keeps the rates it began with and reserves what it
 * may cost at most. It may begin only while what is spent and reserved is below the limits, so that all calls together
 * exceed a limit by less than the most that one call may cost. The end of an attempt, or the loss of its node, replaces
 * the reservation with the cost.
 */

/** A call that is hung up for its length, transfer included. */
export const maxCallMs = 3_600_000

/** A leg is billed for no more than this: the longest call, and a minute for its end. */
const maxBilledSeconds = sql.lit(maxCallMs / 1000 + 60)

/** The most that a leg costs with `rate`, in micros; 0 without a rate. */
export const reservationOf = (rate: string) =>
  sql`coalesce(telephony.cost_of(${sql.ref(rate)}, ${maxBilledSeconds}), 0)`

type Time = ReturnType<typeof sql>

const legCost = (rate: Time, since: Time, until: Time) => sql`
  telephony.cost_of(${rate}, case when ${since} is not null then
    least(${maxBilledSeconds}, greatest(0, extract(epoch from ${until} - ${since}))) end)`

interface CostTerms {
  answered: Time
  transferred: Time
  ended: Time
  /** The rate of the number that the call was connected to. Default: the attempt's. */
  transferRate?: Time
}

/** The cost in micros of the attempt `a`, the second leg of its transfer included. Null: a leg has no rate. */
export const costOf = ({ answered, transferred, ended, transferRate = sql`a.transfer_rate` }: CostTerms) =>
  sql`${legCost(sql`a.rate`, answered, ended)} + ${legCost(transferRate, transferred, ended)}`

/** To be sent with `begin`, before it: workspaces with a spend limit begin calls one batch after another. */
export const lockSpend = statement(
  'campaigns.lock_spend',
  () => sql`
    select from telephony.calling_limits
     where workspace_id = app.workspace_id() and (max_spend_per_day_micros is not null or max_spend_per_month_micros is not null)
       for no key update`,
)

/** Adds to what campaigns have cost. To be sent in the transaction that records the ends of the calls. */
export const addCosts = statement(
  'campaigns.add_costs',
  (_, p: { ids: string[]; costs: number[] }) =>
    sql`update campaigns.campaigns c set cost_micros = c.cost_micros + n.cost
        from (select id, sum(cost)::bigint as cost from unnest(${p.ids}::uuid[], ${p.costs}::bigint[]) u (id, cost) group by id) n
       where c.id = n.id`,
)

interface EndedCall {
  campaign_id: string
  cost_micros: number | null
}

/** The parameters of `addCosts`; null when no call cost anything. */
export function costsOf(calls: EndedCall[]): { ids: string[]; costs: number[] } | null {
  const priced = calls.filter(({ cost_micros }) => cost_micros)
  if (priced.length === 0) return null
  return { ids: priced.map((call) => call.campaign_id), costs: priced.map((call) => call.cost_micros as number) }
}
