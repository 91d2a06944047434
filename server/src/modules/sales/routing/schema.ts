import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'
import { currency, money, priorities } from '../schema.ts'

export const conditionFields = ['city', 'budget', 'propertyType', 'language', 'urgency', 'channel'] as const
export const conditionOperators = ['equals', 'contains', 'greaterThan', 'lessThan'] as const

const Condition = z.object({
  field: z.enum(conditionFields).describe('The value that is compared.'),
  operator: z.enum(conditionOperators).describe('How it is compared. Texts are compared without regard to case.'),
  value: z
    .preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().trim().min(1).max(255))
    .describe('What it is compared with: a text, an amount such as `5M`, or `high`, `medium`, `low` for `urgency`.'),
})
export type Condition = z.output<typeof Condition>

const conditions = z.object({
  all: optional(z.array(Condition).max(50)).describe(
    'Conditions that all have to hold. A list instead of this object is read as this field.',
  ),
  city: optional(z.array(text(255)).max(100)).describe('Cities it applies to. Default: all.'),
  channel: optional(z.array(text(50)).max(20)).describe('Channels it applies to. Default: all.'),
  language: optional(z.array(text(35)).max(50)).describe('Languages it applies to. Default: all.'),
  priority: optional(z.array(z.enum(priorities)).max(3)).describe(
    'Priorities of handoffs it applies to. Default: all.',
  ),
  budget_min: optional(money).describe('Minimum budget in major units of `currency`.'),
  budget_max: optional(money).describe('Maximum budget in major units of `currency`.'),
  currency: optional(currency).describe('Three-letter ISO 4217 code, such as `USD`.'),
})
export type Conditions = z.output<typeof conditions>

export const strategies = ['member', 'round_robin', 'auto'] as const
const aboutStrategy =
  '`member`: always the first of `member_ids`. `round_robin`: each in turn. `auto`: each sales representative of the workspace in turn, or each manager if the workspace has no representative.'

export const RoutingRule = z
  .object({
    id: id.describe('Id of the routing rule.'),
    name: z.string().describe('Name of the rule.'),
    active: z.boolean().describe('False when the rule is skipped.'),
    position: z
      .int()
      .describe('Rules are tried in ascending order of position. The first matching rule is applied. Default: 100.'),
    applies_to: z
      .array(z.enum(['prospect', 'handoff']))
      .describe('What it assigns: new prospects, handoffs or both. Default: both.'),
    conditions: conditions.describe(
      'Conditions that a prospect or handoff must meet. A rule without conditions always matches.',
    ),
    strategy: z.enum(strategies).describe(aboutStrategy),
    member_ids: z.array(id).describe('User ids of the members it assigns to. Empty with the strategy `auto`.'),
    turns: z.int().describe('Number of assignments made so far.'),
    created_at: instant.describe('When the routing rule was created.'),
    updated_at: instant.describe('When the routing rule was last changed.'),
  })
  .meta({ id: 'RoutingRule' })

const memberOrAuto = z
  .string()
  .refine((given) => given === 'auto' || id.safeParse(given).success, 'Must be the id of a member, or auto.')

const ruleFields = {
  active: optional(z.boolean()).describe('False to skip the rule. Default: true.'),
  position: optional(z.int().min(0).max(1_000_000)).describe(
    'Rules are tried in ascending order of position. The first matching rule is applied. Default: 100.',
  ),
  applies_to: optional(
    z
      .array(z.enum(['prospect', 'handoff']))
      .min(1)
      .max(2),
  ).describe('What it assigns: new prospects, handoffs or both. Default: both.'),
  // A front-end that knows no object of conditions sends a list of them.
  conditions: optional(z.preprocess((given) => (Array.isArray(given) ? { all: given } : given), conditions)).describe(
    'Conditions that a prospect or handoff must meet. A rule without conditions always matches.',
  ),
  strategy: optional(z.enum(strategies)).describe(aboutStrategy),
  assign_to: optional(memberOrAuto).describe(
    'The only member to assign to, or `auto`, instead of `strategy` and `member_ids`.',
  ),
}
const memberIds = z.array(id).min(1).max(100)

export const NewRoutingRule = z
  .object({
    name: text(255).describe('Name of the rule.'),
    member_ids: optional(memberIds).describe(
      'User ids of the members it assigns to. Required without `assign_to` and without the strategy `auto`.',
    ),
    ...ruleFields,
  })
  .refine((body) => body.member_ids !== undefined || body.assign_to !== undefined || body.strategy === 'auto', {
    message: 'Give the members to assign to.',
    path: ['member_ids'],
  })
  .meta({ id: 'NewRoutingRule' })
export const RoutingRuleChanges = z
  .object({
    name: optional(text(255)).describe('Name of the rule.'),
    member_ids: optional(memberIds).describe('User ids of the members it assigns to.'),
    ...ruleFields,
  })
  .meta({ id: 'RoutingRuleChanges' })

export type RoutingRule = z.output<typeof RoutingRule>
export type NewRoutingRule = z.output<typeof NewRoutingRule>
export type RoutingRuleChanges = z.output<typeof RoutingRuleChanges>
