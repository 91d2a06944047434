import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import { subscriber } from '../../platform/outbox/subscriber.ts'
import { GreetingDeleted } from '../files/events.ts'
import { SipProviderChanged } from '../telephony/events.ts'
import { changeStatus } from './status.ts'

interface UnrunnableCampaign {
  id: string
  greeting_id: string | null
  /** The provider that is switched off. Null when it was deleted. */
  provider_name: string | null
}

const findUnrunnable = statement(
  'campaigns.find_unrunnable',
  () => sql<UnrunnableCampaign>`
    select c.id, c.greeting_id, p.name as provider_name
      from campaigns.campaigns c
      left join telephony.sip_providers p on p.workspace_id = c.workspace_id and p.id = c.sip_provider_id
     where c.status = 'active' and (c.greeting_id is null or p.active is not true)`,
)

/** Pauses running campaigns whose provider or greeting was deleted, or whose provider was switched off, with the reason. */
export const pauseUnrunnableCampaigns = subscriber({
  name: 'campaigns.pause_bereft',
  types: [SipProviderChanged, GreetingDeleted],
  async handle(ctx) {
    for (const campaign of await ctx.db.all(findUnrunnable, {}))
      await changeStatus(ctx, campaign.id, 'pause', reasonOf(campaign))
  },
})

function reasonOf({ greeting_id, provider_name }: UnrunnableCampaign): string {
  if (greeting_id === null) return 'Its greeting was deleted. Choose another one, then resume.'
  if (provider_name === null) return 'Its SIP provider was deleted. Choose another one, then resume.'
  return `Its SIP provider ${provider_name} was switched off. Switch it on again or choose another one, then resume.`
}
