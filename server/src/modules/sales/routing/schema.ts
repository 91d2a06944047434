import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'
import { currency, money, priorities } from '../schema.ts'

const conditions = z.object({
  city: optional(z.array(text(255)).max(100)),
  channel: optional(z.array(text(50)).max(20)),
  language: optional(z.array(text(35)).max(50)),
  priority: optional(z.array(z.enum(priorities)).max(3)),
  /** In major units of `currency`. */
  budget_min: optional(money),
  budget_max: optional(money),
  currency: optional(currency),
})
export type Conditions = z.output<typeof conditions>

export const RoutingRule = z
  .object({
    id,
    name: z.string(),
    active: z.boolean(),
    position: z.int(),
    applies_to: z.array(z.enum(['prospect', 'handoff'])),
    conditions,
    strategy: z.enum(['member', 'round_robin']),
    member_ids: z.array(id),
    /** How often it has chosen. */
    turns: z.int(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'RoutingRule' })

const ruleFields = {
  active: optional(z.boolean()),
  /** Smaller ones are tried first; default 100. */
  position: optional(z.int().min(0).max(1_000_000)),
  applies_to: optional(
    z
      .array(z.enum(['prospect', 'handoff']))
      .min(1)
      .max(2),
  ),
  /** All that are given must hold; none: always. */
  conditions: optional(conditions),
  strategy: optional(z.enum(['member', 'round_robin'])),
}
const memberIds = z.array(id).min(1).max(100)

export const NewRoutingRule = z
  .object({ name: text(255), member_ids: memberIds, ...ruleFields })
  .meta({ id: 'NewRoutingRule' })
export const RoutingRuleChanges = z
  .object({ name: optional(text(255)), member_ids: optional(memberIds), ...ruleFields })
  .meta({ id: 'RoutingRuleChanges' })

export type RoutingRule = z.output<typeof RoutingRule>
export type NewRoutingRule = z.output<typeof NewRoutingRule>
export type RoutingRuleChanges = z.output<typeof RoutingRuleChanges>
