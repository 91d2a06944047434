import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { composite } from '../composite.ts'
import { listQuery } from './lists.ts'

const Contacted = z.object({
  name: z.string(),
  channel: z.string(),
  contact: z.string().nullable(),
  language: z.string().nullable(),
  city: z.string().nullable(),
  primary_segment: z.string().nullable(),
  budget_max: z.number().nullable(),
  property_type_pref: z.string().nullable(),
})
type Contacted = z.output<typeof Contacted>

/** A campaign of the API with the people that it has contacted. Its other fields are those of the API. */
const Campaign = z.looseObject({
  id: z.string(),
  status: z.enum(['draft', 'active', 'paused', 'completed']),
  contacted_prospects: z.array(Contacted),
})

/** The campaigns page shows people that each campaign has contacted. A caller who may not read prospects gets none of them. */
export const listCampaigns = composite({
  kind: 'read',
  method: 'GET',
  path: '/api/campaigns',
  access: 'campaigns:read',
  summary: 'List campaigns, newest first, with people that they have contacted',
  operations: ['listCampaigns', 'listContactedProspects'],
  query: listQuery('status', 'createdBy'),
  response: z.object({ data: z.array(Campaign) }),
  async handler(call, { query }) {
    const { data } = await call('listCampaigns', { query })
    const campaigns = data as { id: string; status: string }[]
    const contacted = campaigns.length === 0 ? new Map<string, Contacted[]>() : await contactedBy(campaigns)
    return {
      data: campaigns.map((campaign) => ({
        ...campaign,
        // It knows no campaign that was ended by hand.
        status: campaign.status === 'stopped' ? ('completed' as const) : (campaign.status as 'draft'),
        contacted_prospects: contacted.get(campaign.id) ?? [],
      })),
    }

    async function contactedBy(all: { id: string }[]): Promise<Map<string, Contacted[]>> {
      const query = { campaign_ids: all.map(({ id }) => id).join() }
      const people = await call('listContactedProspects', { query }).catch((error: unknown) => {
        if (error instanceof AppError && error.status === 403) return { data: [] }
        throw error
      })
      return Map.groupBy(people.data as (Contacted & { campaign_id: string })[], ({ campaign_id }) => campaign_id)
    }
  },
})
