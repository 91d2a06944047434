import { sql } from 'kysely'

const seconds = (ms: ReturnType<typeof sql>) => sql`round(${ms} / 1000.0, 1)::float8`

/** The counts of a campaign `c`, as columns of `CampaignProgress`. */
export const countColumns = sql`
  case when c.status = 'active' and c.start_at > now() then c.start_at end as waiting_until,
  c.progress, c.contacts, c.total_calls, c.answered_calls, c.transferred_calls, c.failed_calls, c.transfers_requested,
  c.transfers_waiting, c.transfers_waited, c.transfers_lost,
  coalesce(${seconds(sql`c.transfer_wait_ms / nullif(c.transfers_waited, 0)`)}, 0)::float8 as average_transfer_wait_seconds,
  ${seconds(sql`c.longest_transfer_wait_ms`)} as longest_transfer_wait_seconds`
