import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { id } from '../../../platform/http/fields.ts'

export const ContactedProspect = z
  .object({
    campaign_id: id.describe('Id of the campaign.'),
    prospect_id: id.describe('Id of the contact, which is also the id of the prospect.'),
    name: z.string().describe('Full name.'),
    channel: z.string().describe('Channel on which they were contacted, such as `phone` or `email`.'),
    contact: z.string().nullable().describe('The number or address for that channel.'),
    language: z.string().nullable().describe('BCP 47 tag, such as `pt` or `en-GB`.'),
    city: z.string().nullable().describe('City in which the prospect is looking for a property.'),
    primary_segment: z.string().nullable().describe("Segment of the market, in the team's words, such as `investor`."),
    budget_max: z.number().nullable().describe('Maximum of the budget in major units.'),
    property_type_pref: z.string().nullable().describe('Type of property the prospect prefers, such as `villa`.'),
  })
  .meta({ id: 'ContactedProspect' })

const ids = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(id).min(1).max(200))

export const ContactedProspectQuery = z.object({
  campaign_ids: ids.describe('Ids of up to 200 campaigns, separated by commas.'),
})

/** People of each campaign that the list has at most. */
const perCampaign = 20

// Reads a few rows of each campaign by its indexes, however many people it has contacted.
const list = statement(
  'sales.list_contacted_prospects',
  (_, p: { campaign_ids: string[] }) => sql<z.output<typeof ContactedProspect>>`
    select w.campaign_id, k.id as prospect_id, trim(k.first_name || ' ' || k.last_name) as name, r.channel,
           case r.channel when 'email' then k.email
             when 'whatsapp' then coalesce((select i.value from contacts.identities i
               where i.workspace_id = k.workspace_id and i.contact_id = k.id and i.kind = 'whatsapp'
               order by i.created_at, i.id limit 1), k.phone_number)
             else k.phone_number end as contact,
           p.language, p.city, p.primary_segment, p.budget_max::float8 as budget_max, p.property_type_pref
      from unnest(${p.campaign_ids}::uuid[]) as w (campaign_id)
     cross join lateral (
        select distinct on (contact_id) contact_id, channel from (
          (select c.contact_id, c.channel from inbox.conversations c
            where c.campaign_id = w.campaign_id order by c.id desc limit ${sql.lit(perCampaign)})
          union all
          select t.contact_id, 'phone'
            from (select a.workspace_id, a.target_id from campaigns.attempts a
                   where a.campaign_id = w.campaign_id limit ${sql.lit(perCampaign)}) a
            join campaigns.targets t on t.workspace_id = a.workspace_id and t.id = a.target_id
        ) reached where contact_id is not null limit ${sql.lit(perCampaign)}) r
      join contacts.contacts k on k.id = r.contact_id
      left join sales.prospects p on p.workspace_id = k.workspace_id and p.contact_id = k.id
     order by w.campaign_id, k.id`,
)

/** Returns up to twenty people that each campaign has contacted. */
export const listContactedProspects = (ctx: Ctx, campaignIds: string[]) =>
  ctx.db.all(list, { campaign_ids: campaignIds })
