/**
 * Measures how fast the campaign engine processes contacts without the cost of calls: a simulated network on a virtual
 * clock, and a real database. `node bench/claims.ts [contacts]`; PostgreSQL when DATABASE_URL is set, otherwise the
 * embedded database. The limit in the same run is one hand-written statement that only claims rows.
 */
import { performance } from 'node:perf_hooks'
import { answers, busy } from '@switchboard/voice/sim'
import { claim, releaseClaims } from '../server/src/modules/campaigns/engine/claims.ts'
import { numbers } from '../server/test/campaign-simulation/workspace.ts'
import { openCampaignSimulation } from '../server/test/campaign-simulation/simulation.ts'

const contacts = Number(process.argv[2] ?? 5_000)
const batch = 100

const simulation = await openCampaignSimulation()
const shop = await simulation.makeWorkspace(numbers(contacts))
const node = simulation.makeNode({
  behaviour: (to) => (to.endsWith('0') ? busy() : answers(500, { hangUpAfterMs: 1_000 })),
})
const id = await shop.createCampaign({ retry: { max_attempts: 1, delay_minutes: 1, on: [] } })

async function measure(what: string, count: number, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${what.padEnd(72)}${Math.round(count / seconds)
      .toString()
      .padStart(8)} /s`,
  )
}

console.log(
  `${contacts} contacts on ${process.env.DATABASE_URL ? 'PostgreSQL' : 'the embedded database'}, batches of ${batch}`,
)
await measure('Start: contacts become targets', contacts, () => shop.change(id, 'start'))

await node.telephony.start()
const node_id = node.telephony.nodeId()
const now = simulation.services.now().toISOString()
const rounds = Math.min(20, Math.floor(contacts / batch))

await measure('Limit: update … for update skip locked, nothing checked, no policy', rounds * batch, async () => {
  for (let i = 0; i < rounds; i++) {
    await simulation.query(
      `update campaigns.targets set node_id = $2 where id in (
         select id from campaigns.targets where workspace_id = $1 and campaign_id = $4 and finished_at is null and node_id is null
          order by next_attempt_at, id limit $3 for update skip locked) returning id`,
      [shop.id, node_id, batch, id],
    )
  }
})
await simulation.query('update campaigns.targets set node_id = null')

const { db } = shop.ctx()
const claimed: string[][] = []
await measure('Claims: lease, limits, do-not-call list, calling hours, row security', rounds * batch, async () => {
  for (let i = 0; i < rounds; i++)
    claimed.push(
      (await db.all(claim, { campaign_id: id, node_id, now, limit: batch, min_minutes_between_calls: 15 })).map(
        (row) => row.id,
      ),
    )
})
await measure('Released', rounds * batch, async () => {
  for (const ids of claimed) await db.all(releaseClaims, { ids, node_id })
})

await measure('Whole calls: claimed, begun, dialled, answered, recorded, published', contacts, async () => {
  node.engine.start()
  await simulation.runToEnd(shop, id)
})
const { total_calls, answered_calls, failed_calls } = await shop.campaign(id)
if (total_calls !== contacts || answered_calls + failed_calls !== contacts) throw new Error('The counts are wrong.')
await node.engine.stop(0)
process.exit(0)
