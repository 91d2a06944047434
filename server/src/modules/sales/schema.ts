import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../platform/http/fields.ts'
import { appointmentStatuses, handoffStatuses, prospectStatuses } from './transitions.ts'

export const propertyTypes = ['villa', 'apartment', 'penthouse', 'townhouse'] as const
export const propertyStatuses = ['available', 'reserved', 'sold'] as const
export const priorities = ['high', 'medium', 'low'] as const

/** Seed 004's answers: one thing or a list, wrapped. Further pages are in the `Link` header. */
export const dataOf = <T extends z.ZodType>(item: T) => z.object({ data: item })
export const listOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item) })

const words = z.string().max(200)
const shortText = z.string().trim().max(255)
const longText = z.string().max(20_000)
const channel = z.string().trim().max(50)
/** Major units. */
const money = z.number().min(0).max(999_999_999_999)
const currencies = new Set(Intl.supportedValuesOf('currency'))
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Not an ISO 4217 currency like AED or EUR.')
/** `AED 2-3M`, or a plain number. */
const budgetText = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().trim().max(200),
)
const webAddress = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

// Properties

export const Property = z
  .object({
    id,
    name: z.string(),
    city: z.string().nullable(),
    price: z.number().nullable(),
    currency: z.string(),
    price_range: z.string().nullable(),
    bedrooms: z.int().nullable(),
    type: z.enum(propertyTypes).nullable(),
    status: z.enum(propertyStatuses),
    image_url: z.string().nullable(),
    description: z.string().nullable(),
    features: z.array(z.string()),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Property' })

const features = z.array(text(100)).max(100)
const bedrooms = z.int().min(0).max(1000)

export const NewProperty = z
  .object({
    name: text(255),
    city: optional(shortText),
    price: optional(money),
    currency: optional(currency),
    price_range: optional(shortText),
    bedrooms: optional(bedrooms),
    type: optional(z.enum(propertyTypes)),
    status: optional(z.enum(propertyStatuses)),
    image_url: optional(webAddress),
    description: optional(longText),
    features: optional(features),
  })
  .meta({ id: 'NewProperty' })

export const PropertyChanges = z
  .object({
    name: optional(text(255)),
    city: clearable(shortText),
    price: clearable(money),
    currency: optional(currency),
    price_range: clearable(shortText),
    bedrooms: clearable(bedrooms),
    type: clearable(z.enum(propertyTypes)),
    status: optional(z.enum(propertyStatuses)),
    image_url: clearable(webAddress),
    description: clearable(longText),
    features: optional(features),
  })
  .meta({ id: 'PropertyChanges' })

export const PropertyQuery = page(100).extend({
  city: optional(shortText),
  status: optional(z.enum(propertyStatuses)),
  type: optional(z.enum(propertyTypes)),
  q: optional(words),
})

// Prospects

export const Prospect = z
  .object({
    id,
    /** The same: a prospect is a contact in the pipeline. */
    contact_id: id,
    name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    whatsapp: z.string().nullable(),
    budget: z.string().nullable(),
    /** What the budget's text was understood as, in major units; null where it says nothing. */
    budget_min: z.number().nullable(),
    budget_max: z.number().nullable(),
    budget_currency: z.string().nullable(),
    city: z.string().nullable(),
    timeline: z.string().nullable(),
    /** In how many days they want to have bought, as far as the timeline's text says so. */
    timeline_days: z.int().nullable(),
    status: z.enum(prospectStatuses),
    assigned_to: id.nullable(),
    assigned_to_name: z.string().nullable(),
    /** The rule that chose the member, or who did. */
    assignment_reason: z.string().nullable(),
    preferred_channel: z.string().nullable(),
    language: z.string().nullable(),
    source_channel: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Prospect' })

const email = z.email().max(255)
/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)

export const NewProspect = z
  .object({
    name: optional(text(255)),
    /** Somebody who is a contact already. */
    contact_id: optional(id),
    email: optional(email),
    phone: optional(phoneNumber),
    whatsapp: optional(phoneNumber),
    budget: optional(budgetText),
    city: optional(shortText),
    timeline: optional(shortText),
    status: optional(z.enum(prospectStatuses)),
    assigned_to: optional(id),
    preferred_channel: optional(channel),
    language: optional(z.string().trim().max(35)),
    source_channel: optional(channel),
  })
  .refine((body) => body.name !== undefined || body.contact_id !== undefined, {
    message: 'Give the prospect a name.',
    path: ['name'],
  })
  .meta({ id: 'NewProspect' })

export const ProspectChanges = z
  .object({
    name: optional(text(255)),
    email: clearable(email),
    phone: optional(phoneNumber),
    whatsapp: clearable(phoneNumber),
    budget: clearable(budgetText),
    city: clearable(shortText),
    timeline: clearable(shortText),
    status: optional(z.enum(prospectStatuses)),
    assigned_to: clearable(id),
    preferred_channel: clearable(channel),
    language: clearable(z.string().trim().max(35)),
    source_channel: clearable(channel),
  })
  .meta({ id: 'ProspectChanges' })

export const ProspectQuery = page().extend({
  status: optional(z.enum(prospectStatuses)),
  city: optional(shortText),
  assignedTo: optional(id),
  q: optional(words),
})

export const Interest = z
  .object({
    id,
    prospect_id: id,
    property_id: id,
    property_name: z.string(),
    note: z.string().nullable(),
    created_at: instant,
  })
  .meta({ id: 'PropertyInterest' })
export const NewInterest = z.object({ property_id: id, note: optional(longText) }).meta({ id: 'NewPropertyInterest' })

const Part = z.object({ score: z.number(), max: z.number(), reason: z.string() })
const parts = z.object({ budget: Part, timeline: Part, authority: Part, need: Part, engagement: Part })
const grade = z.enum(['hot', 'warm', 'cold'])

export const QualificationScore = z
  .object({
    id,
    prospect_id: id,
    conversation_id: id.nullable(),
    /** 0 to 100: the sum of the parts. */
    total: z.int(),
    grade,
    parts,
    /** Worked out from what is known, or given by somebody. */
    source: z.enum(['computed', 'given']),
    notes: z.string().nullable(),
    scored_by: id.nullable(),
    created_at: instant,
  })
  .meta({ id: 'QualificationScore' })

const partOf = (max: number) => z.int().min(0).max(max).optional()
/** Parts that are left out are worked out from what is known. */
export const NewQualificationScore = z
  .object({
    conversation_id: optional(id),
    notes: optional(longText),
    budget: partOf(25),
    timeline: partOf(20),
    authority: partOf(15),
    need: partOf(20),
    engagement: partOf(20),
  })
  .meta({ id: 'NewQualificationScore' })

// Appointments

export const Appointment = z
  .object({
    id,
    prospect_id: id,
    prospect_name: z.string(),
    property_id: id.nullable(),
    property_name: z.string().nullable(),
    assigned_rep_id: id.nullable(),
    assigned_rep_name: z.string().nullable(),
    scheduled_date: instant,
    duration_minutes: z.int(),
    location: z.string().nullable(),
    status: z.enum(appointmentStatuses),
    notes: z.string().nullable(),
    source_channel: z.string().nullable(),
    conversation_id: id.nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Appointment' })

// A calendar of the years that people live in; the database's own range is wider than a JavaScript date.
const appointmentTime = instant.refine((time) => /^20\d\d-/.test(time), 'Give a time of this century.')
const durationMinutes = z.int().min(5).max(1440)

export const NewAppointment = z
  .object({
    prospect_id: id,
    property_id: optional(id),
    property_name: optional(shortText),
    /** Default: whoever looks after the prospect. */
    assigned_rep_id: optional(id),
    scheduled_date: appointmentTime,
    duration_minutes: optional(durationMinutes),
    location: optional(shortText),
    notes: optional(longText),
    source_channel: optional(channel),
    conversation_id: optional(id),
  })
  .meta({ id: 'NewAppointment' })

export const AppointmentChanges = z
  .object({
    property_id: clearable(id),
    assigned_rep_id: clearable(id),
    /** Another time makes it `rescheduled`. */
    scheduled_date: optional(appointmentTime),
    duration_minutes: optional(durationMinutes),
    location: clearable(shortText),
    status: optional(z.enum(appointmentStatuses)),
    notes: clearable(longText),
    /** Kept in the history. */
    reason: optional(z.string().max(1000)),
  })
  .meta({ id: 'AppointmentChanges' })

export const Reschedule = z
  .object({
    scheduled_date: appointmentTime,
    duration_minutes: optional(durationMinutes),
    assigned_rep_id: optional(id),
    reason: optional(z.string().max(1000)),
  })
  .meta({ id: 'RescheduleAppointment' })

export const AppointmentQuery = page().extend({
  prospectId: optional(id),
  assignedRepId: optional(id),
  status: optional(z.enum(appointmentStatuses)),
})

export const AppointmentChange = z
  .object({
    id,
    status: z.enum(appointmentStatuses),
    scheduled_date: instant,
    duration_minutes: z.int(),
    assigned_rep_id: id.nullable(),
    reason: z.string().nullable(),
    changed_by: id.nullable(),
    created_at: instant,
  })
  .meta({ id: 'AppointmentChange' })

// Handoffs

const suggestion = z.object({ property_id: id, name: z.string(), reasons: z.array(z.string()) })

export const Handoff = z
  .object({
    id,
    conversation_id: id.nullable(),
    prospect_id: id,
    appointment_id: id.nullable(),
    prospect_name: z.string(),
    prospect_phone: z.string().nullable(),
    prospect_email: z.string().nullable(),
    prospect_whatsapp: z.string().nullable(),
    timestamp: instant,
    priority: z.enum(priorities),
    reason: z.string(),
    reasons: z.array(z.string()),
    summary: z.string().nullable(),
    detected_needs: z.array(z.string()),
    suggested_properties: z.array(z.string()),
    suggestions: z.array(suggestion),
    qualification_score: z.record(z.string(), z.unknown()).nullable(),
    conversation_context: z.string().nullable(),
    next_steps: z.array(z.string()),
    status: z.enum(handoffStatuses),
    assigned_to: id.nullable(),
    assigned_to_name: z.string().nullable(),
    assignment_reason: z.string().nullable(),
    claimed_by: id.nullable(),
    claimed_by_name: z.string().nullable(),
    claimed_at: instant.nullable(),
    completed_at: instant.nullable(),
    outcome: z.string().nullable(),
    expires_at: instant,
    source_channel: z.string().nullable(),
    suggested_follow_up_channel: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'HandoffPackage' })

const lines = z.array(text(500)).max(100)
const expiry = instant.refine((time) => /^20\d\d-/.test(time), 'Give a time of this century.')

export const NewHandoff = z
  .object({
    prospect_id: id,
    conversation_id: optional(id),
    appointment_id: optional(id),
    priority: optional(z.enum(priorities)),
    reason: optional(z.string().max(1000)),
    summary: optional(longText),
    detected_needs: optional(lines),
    suggested_properties: optional(lines),
    qualification_score: optional(z.record(z.string().max(100), z.json())),
    conversation_context: optional(longText),
    next_steps: optional(lines),
    source_channel: optional(channel),
    suggested_follow_up_channel: optional(channel),
    /** Default: by priority. */
    expires_at: optional(expiry),
  })
  .meta({ id: 'NewHandoff' })

export const HandoffChanges = z
  .object({
    priority: optional(z.enum(priorities)),
    reason: optional(z.string().max(1000)),
    summary: clearable(longText),
    detected_needs: optional(lines),
    suggested_properties: optional(lines),
    conversation_context: clearable(longText),
    next_steps: optional(lines),
    assigned_to: clearable(id),
    suggested_follow_up_channel: clearable(channel),
    expires_at: optional(expiry),
  })
  .meta({ id: 'HandoffChanges' })

export const HandoffQuery = page().extend({
  status: optional(z.enum(handoffStatuses)),
  prospectId: optional(id),
  assignedTo: optional(id),
})

// Routing

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

export type Property = z.output<typeof Property>
export type NewProperty = z.output<typeof NewProperty>
export type PropertyChanges = z.output<typeof PropertyChanges>
export type PropertyQuery = z.output<typeof PropertyQuery>
export type Prospect = z.output<typeof Prospect>
export type NewProspect = z.output<typeof NewProspect>
export type ProspectChanges = z.output<typeof ProspectChanges>
export type ProspectQuery = z.output<typeof ProspectQuery>
export type Interest = z.output<typeof Interest>
export type QualificationScore = z.output<typeof QualificationScore>
export type NewQualificationScore = z.output<typeof NewQualificationScore>
export type Appointment = z.output<typeof Appointment>
export type NewAppointment = z.output<typeof NewAppointment>
export type AppointmentChanges = z.output<typeof AppointmentChanges>
export type AppointmentQuery = z.output<typeof AppointmentQuery>
export type AppointmentChange = z.output<typeof AppointmentChange>
export type Handoff = z.output<typeof Handoff>
export type NewHandoff = z.output<typeof NewHandoff>
export type HandoffChanges = z.output<typeof HandoffChanges>
export type HandoffQuery = z.output<typeof HandoffQuery>
export type RoutingRule = z.output<typeof RoutingRule>
export type NewRoutingRule = z.output<typeof NewRoutingRule>
export type RoutingRuleChanges = z.output<typeof RoutingRuleChanges>
