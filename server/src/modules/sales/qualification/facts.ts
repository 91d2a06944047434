import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { type Detected, type PropertyRecord, type Needs, gatherNeeds } from '../extraction/needs.ts'
import type { ProspectFacts } from './qualification.ts'
import type { Prospect } from '../prospects/schema.ts'

interface Counts {
  conversations: number
  messages: number
  last_sentiment: ProspectFacts['lastSentiment']
  upcoming: number
  kept: number
  missed: number
  interests: number
}

const counts = statement(
  'sales.count_facts',
  (_, p: { prospect_id: string; now: string }) =>
    sql<Counts>`
    select t.conversations, coalesce(m.messages, 0) as messages, s.sentiment as last_sentiment, a.upcoming, a.kept, a.missed, i.interests
      from (select count(*) as conversations from inbox.conversations where contact_id = ${p.prospect_id}) t,
           (select count(*) as messages from inbox.conversations c
              join inbox.messages x on x.workspace_id = c.workspace_id and x.conversation_id = c.id and x.sender = 'customer'
             where c.contact_id = ${p.prospect_id}) m,
           (select (select sentiment from inbox.conversations where contact_id = ${p.prospect_id} and sentiment is not null
                     order by id desc limit 1) as sentiment) s,
           (select count(*) filter (where status in ('scheduled', 'rescheduled') and scheduled_date >= ${p.now}::timestamptz) as upcoming,
                   count(*) filter (where status = 'completed') as kept,
                   count(*) filter (where status = 'no_show') as missed
              from sales.appointments where prospect_id = ${p.prospect_id}) a,
           (select count(*) as interests from sales.interests where prospect_id = ${p.prospect_id}) i`,
)

const entities = statement(
  'sales.list_detected_of_prospect',
  (_, p: { prospect_id: string }) =>
    sql<Detected>`
    select e.type, e.value from inbox.conversations c
      join sales.detected_entities e on e.workspace_id = c.workspace_id and e.conversation_id = c.id
     where c.contact_id = ${p.prospect_id} order by e.id desc limit 200`,
)

// The property of the appointment first, then the properties of the prospect's interests.
const asked = statement(
  'sales.list_asked_properties',
  (_, p: { prospect_id: string; property_id: string | null }) =>
    sql<PropertyRecord>`
    select p.id, p.city, p.bedrooms, p.type, p.features
      from (select ${p.property_id}::uuid as property_id, null::uuid as place where ${p.property_id}::uuid is not null
            union all
            (select property_id, id from sales.interests
              where prospect_id = ${p.prospect_id} and property_id is distinct from ${p.property_id}::uuid order by id desc limit 20)) w
      join sales.properties p on p.id = w.property_id
     order by w.place desc nulls first`,
)

export interface ProspectKnowledge {
  needs: Needs
  facts: ProspectFacts
}

/** Returns the needs and the facts of a prospect. `propertyId`: the property of the appointment, if any. */
export async function readFacts(
  ctx: Ctx,
  prospect: Prospect,
  propertyId: string | null = null,
): Promise<ProspectKnowledge> {
  const prospect_id = prospect.id
  const [counted, detected, properties] = await ctx.db.together([
    counts.call({ prospect_id, now: ctx.now().toISOString() }),
    entities.call({ prospect_id }),
    asked.call({ prospect_id, property_id: propertyId }),
  ])
  const needs = gatherNeeds(prospect, detected, properties)
  return { needs, facts: toFacts(prospect, needs, only(counted)) }
}

function toFacts(prospect: Prospect, needs: Needs, counted: Counts): ProspectFacts {
  const reachableBy = (['phone', 'whatsapp', 'email'] as const).filter((way) => prospect[way] !== null)
  return {
    budget: needs.budget,
    budgetText: needs.budgetText,
    timelineDays: needs.timelineDays,
    timelineText: needs.timelineText,
    isDecisionMaker: needs.isDecisionMaker,
    reachableBy,
    city: needs.city,
    bedrooms: needs.bedrooms,
    propertyType: needs.type,
    features: needs.features,
    interests: counted.interests,
    conversations: counted.conversations,
    messages: counted.messages,
    lastSentiment: counted.last_sentiment,
    upcomingAppointments: counted.upcoming,
    attendedAppointments: counted.kept,
    missedAppointments: counted.missed,
  }
}
