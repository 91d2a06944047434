import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { type Lead, reasonsFor } from './routing.ts'
import type { NewRoutingRule, RoutingRule, RoutingRuleChanges } from './schema.ts'

const columns = sql`r.id, r.name, r.active, r.position, r.applies_to, r.conditions, r.strategy, r.member_ids, r.turns, r.created_at, r.updated_at`

const list = variants(
  'sales.list_rules',
  (_, p: { before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<RoutingRule>`
    select ${columns} from sales.routing_rules r
     ${shape.continued ? sql`where (r.position, r.id) > (select l.position, l.id from sales.routing_rules l where l.id = ${p.before}::uuid)` : sql``}
     order by r.position, r.id limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of routing rules, in the order in which they are tried. */
export async function listRules(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const { before, continued, rows } = readPageQuery(query)
  return toPage(await ctx.db.all(list({ continued, rows }), { before }), query.limit)
}

const find = statement(
  'sales.find_rule',
  (_, p: { id: string }) => sql<RoutingRule>`select ${columns} from sales.routing_rules r where r.id = ${p.id}`,
)

export async function getRule(ctx: Ctx, id: string): Promise<RoutingRule> {
  return (await ctx.db.maybe(find, { id })) ?? missing('routing rule')
}

const writable = ['name', 'active', 'position', 'applies_to', 'conditions', 'strategy', 'member_ids'] as const

const insert = statement(
  'sales.insert_rule',
  (_, p: { id: string; values: string }) =>
    sql<RoutingRule>`
    insert into sales.routing_rules as r (id, ${sql.join(writable.map((column) => sql.ref(column)))})
    select ${p.id}::uuid, ${sql.join(writable.map((column) => sql.ref(`v.${column}`)))}
      from jsonb_populate_record(null::sales.routing_rules, ${p.values}::jsonb) v
    returning ${columns}`,
)

/** Creates a routing rule. Throws 400 when a user in it is not a member. */
export async function createRule(ctx: Ctx, input: NewRoutingRule): Promise<RoutingRule> {
  const members = membersOf(input)
  await requireMembers(ctx, members.member_ids ?? [], input)
  const defaults = {
    active: true,
    position: 100,
    applies_to: ['prospect', 'handoff'],
    conditions: {},
    strategy: 'round_robin',
  }
  return ctx.db.one(insert, {
    id: newId(),
    values: JSON.stringify({ ...defaults, ...given({ ...input, ...members }) }),
  })
}

/** Returns strategy and members of `assign_to`, and those of the strategy `auto`. */
function membersOf({
  assign_to,
  strategy,
  member_ids,
}: RoutingRuleChanges): Partial<Pick<RoutingRule, 'strategy' | 'member_ids'>> {
  if (assign_to === 'auto' || (assign_to === undefined && strategy === 'auto'))
    return { strategy: 'auto', member_ids: [] }
  if (assign_to !== undefined) return { strategy: 'member', member_ids: [assign_to] }
  return member_ids === undefined ? {} : { member_ids }
}

const update = statement(
  'sales.update_rule',
  (_, p: { id: string; changes: string }) =>
    sql<RoutingRule>`update sales.routing_rules r set ${patch('r', writable, p.changes)} where r.id = ${p.id} returning ${columns}`,
)

export async function updateRule(ctx: Ctx, id: string, input: RoutingRuleChanges): Promise<RoutingRule> {
  const changes = { ...input, ...membersOf(input) }
  if (changes.member_ids) await requireMembers(ctx, changes.member_ids, input)
  if (changes.strategy !== undefined && changes.strategy !== 'auto' && changes.member_ids === undefined) {
    if ((await getRule(ctx, id)).member_ids.length === 0)
      throw invalidField('body.member_ids', 'Give the members to assign to.')
  }
  return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('routing rule')
}

const remove = statement(
  'sales.delete_rule',
  (_, p: { id: string }) => sql<{ id: string }>`delete from sales.routing_rules where id = ${p.id} returning id`,
)

export async function deleteRule(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('routing rule')
}

const countMembers = statement(
  'sales.count_members',
  (_, p: { ids: string[] }) =>
    sql<{ count: number }>`select count(*) from identity.members where user_id = any (${p.ids}::uuid[])`,
)

async function requireMembers(ctx: Ctx, ids: string[], { assign_to }: RoutingRuleChanges): Promise<void> {
  const distinct = [...new Set(ids.map((id) => id.toLowerCase()))]
  const { count } = await ctx.db.one(countMembers, { ids: distinct })
  if (count === distinct.length) return
  throw assign_to === undefined
    ? invalidField('body.member_ids', 'Every user must be a member of this workspace.')
    : invalidField('body.assign_to', 'This is not a member of this workspace.')
}

const given = (input: object) => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

const applicable = statement(
  'sales.list_applicable_rules',
  (_, p: { kind: string }) =>
    sql<Pick<RoutingRule, 'id' | 'name' | 'conditions'>>`
    select id, name, conditions from sales.routing_rules where active and ${p.kind} = any (applies_to) order by position, id limit 1000`,
)

// Incrementing `turns` locks the rule until the transaction ends, so turns are strictly sequential. Users who have left the
// workspace are skipped.
const takeTurn = statement(
  'sales.take_turn',
  (_, p: { id: string }) =>
    sql<{ user_id: string; name: string; turn: number }>`
    with rule as (update sales.routing_rules set turns = turns + 1 where id = ${p.id} returning workspace_id, strategy, member_ids, turns),
    sellers as (
      select m.user_id, dense_rank() over (order by case when m.role in ('sales_rep', 'agent') then 1 else 2 end) as rank
        from rule, identity.members m
       where rule.strategy = 'auto' and m.workspace_id = rule.workspace_id
         and m.role in ('sales_rep', 'agent', 'sales_manager', 'admin', 'owner')),
    wanted as (
      select user_id, place from rule, unnest(rule.member_ids) with ordinality as wanted (user_id, place)
       where rule.strategy <> 'auto'
      union all
      select user_id, row_number() over (order by user_id) from sellers where rank = 1),
    present as (
      select m.user_id, row_number() over (order by wanted.place) - 1 as place, count(*) over () as number
        from wanted join identity.members m on m.user_id = wanted.user_id)
    select p.user_id, coalesce(u.full_name, u.display_name, u.username, u.email) as name, rule.turns as turn
      from rule join present p on p.place = case rule.strategy when 'member' then 0 else (rule.turns - 1) % p.number end
      join identity.users u on u.id = p.user_id`,
)

export interface Assignment {
  member_id: string
  /** A sentence: which rule was applied, and why it matched. */
  reason: string
}

/** Returns the member chosen by the first matching rule; null when no rule matches. Call inside a transaction. */
export async function assignByRules(ctx: Ctx, kind: 'prospect' | 'handoff', lead: Lead): Promise<Assignment | null> {
  for (const rule of await ctx.db.all(applicable, { kind })) {
    const reasons = reasonsFor(rule.conditions, lead)
    if (!reasons) continue
    const chosen = await ctx.db.maybe(takeTurn, { id: rule.id })
    if (!chosen) continue
    const why = reasons.length > 0 ? reasons.join(', ') : 'it has no conditions'
    return { member_id: chosen.user_id, reason: `Rule "${rule.name}" chose ${chosen.name}: ${why}.` }
  }
  return null
}
