import { sql } from 'kysely'
import type { Prospect } from './schema.ts'

/** `place`: sort key of the time the prospect entered the pipeline, for cursors. It is not part of the API. */
export type ProspectRow = Prospect & { place: string }

/** Returns the expression for a user's display name. */
export const nameOf = (alias: string) =>
  sql.raw<string>(`coalesce(${alias}.full_name, ${alias}.display_name, ${alias}.username, ${alias}.email)`)

export const selectProspects = sql`
  select p.contact_id as id, p.contact_id, p.place, trim(c.first_name || ' ' || c.last_name) as name, c.email, c.phone_number as phone,
         w.value as whatsapp, p.budget, p.budget_min::float8 as budget_min, p.budget_max::float8 as budget_max, p.budget_currency,
         p.city, p.timeline, p.timeline_days, p.status, p.assigned_to, ${nameOf('u')} as assigned_to_name, p.assignment_reason,
         p.preferred_channel, p.language, p.source_channel, p.primary_segment, p.property_type_pref, p.beds_min, p.consent_status,
         exists (select from contacts.do_not_call d
                  where d.workspace_id = p.workspace_id and d.phone_number in (c.phone_number, w.value)) as dnc,
         p.created_at, p.updated_at
    from sales.prospects p
    join contacts.contacts c on c.workspace_id = p.workspace_id and c.id = p.contact_id
    left join identity.users u on u.id = p.assigned_to
    left join lateral (
      select i.value from contacts.identities i
       where i.workspace_id = p.workspace_id and i.contact_id = p.contact_id and i.kind = 'whatsapp'
       order by i.created_at, i.id limit 1) w on true`
