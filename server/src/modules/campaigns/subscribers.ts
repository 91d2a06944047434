import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import { subscriber } from '../../platform/outbox/subscriber.ts'
import { GreetingDeleted } from '../files/events.ts'
import { SipProviderChanged } from '../telephony/events.ts'
import { changeStatus } from './status.ts'

const findBereft = statement(
  'campaigns.find_bereft',
  () => sql<{ id: string; greeting_id: string | null }>`
    select id, greeting_id from campaigns.campaigns
     where status = 'active' and (greeting_id is null or sip_provider_id is null)`,
)

/** A running campaign whose provider or greeting was deleted calls nobody; it says so. */
export const pauseBereftCampaigns = subscriber({
  name: 'campaigns.pause_bereft',
  types: [SipProviderChanged, GreetingDeleted],
  async handle(ctx) {
    for (const { id, greeting_id } of await ctx.db.all(findBereft, {})) {
      const lost = greeting_id === null ? 'greeting' : 'SIP provider'
      await changeStatus(ctx, id, 'pause', `Its ${lost} was deleted. Choose another one, then resume.`)
    }
  },
})
