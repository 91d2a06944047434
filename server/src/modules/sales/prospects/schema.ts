import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channel, longText, shortText, words } from '../schema.ts'
import { prospectStatuses } from '../transitions.ts'

/** `AED 2-3M`, or a plain number. */
const budgetText = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().trim().max(200),
)

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
    phone: clearable(phoneNumber),
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

export type Prospect = z.output<typeof Prospect>
export type NewProspect = z.output<typeof NewProspect>
export type ProspectChanges = z.output<typeof ProspectChanges>
export type ProspectQuery = z.output<typeof ProspectQuery>
export type Interest = z.output<typeof Interest>
