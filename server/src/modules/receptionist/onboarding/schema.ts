import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'

const short = optional(z.string().trim().max(255))
const long = optional(z.string().trim().max(5000))

/** The steps as they are named in the path. The demo is part of step 5 and can be saved before it. */
export const steps = ['1', '2', '3', '4', '5', '6', 'demo'] as const
export type Step = (typeof steps)[number]

const callerResponses = z
  .object({
    appointment_request: long.describe('What to answer to a request for an appointment.'),
    pricing_inquiry: long.describe('What to answer to a question about prices.'),
    emergency: long.describe('What to answer in an emergency.'),
    other: long.describe('What to answer to anything else.'),
  })
  .meta({ id: 'CallerResponses' })

const demoLine = z.object({
  id: optional(z.union([z.string().max(100), z.number()])).describe("The front-end's id of the line."),
  speaker: z.string().max(50).describe('Who spoke.'),
  text: z.string().max(5000).describe('What was said.'),
  timestamp: optional(z.string().max(50)).describe('When, as the front-end wrote it.'),
})

const url = z.string().max(2000)
/** A document by its address, or with its name. */
const document = z.union([
  url,
  z.object({
    url: url.describe('Address of the document.'),
    name: optional(z.string().max(255)).describe('Name of the document.'),
    type: optional(z.string().max(255)).describe('Media type of the document.'),
    size: optional(z.number().min(0)).describe('Size of the document in bytes.'),
  }),
])

/** All steps take all fields: a front-end may send what it has. */
const answers = {
  business_name: short.describe('Name of the business.'),
  industry: short.describe('What kind of business it is.'),
  business_phone: optional(z.string().trim().max(50)).describe('Telephone number of the business.'),
  service_description: long.describe('What the business does.'),
  business_documents: optional(z.array(document).max(50)).describe('Addresses of uploaded documents.'),
  forwarding_number: optional(z.string().trim().max(50)).describe('Where calls go that need a person.'),
  sms_enabled: optional(z.boolean()).describe('True when the user wants text messages.'),
  sms_phone_number: optional(z.string().trim().max(50)).describe('Where text messages go.'),
  caller_responses: optional(callerResponses).describe('Fixed answers to common requests.'),
  calendar_provider: optional(z.string().max(50)).describe('The calendar that the user wants to connect.'),
  demo_completed: optional(z.boolean()).describe('True when the user has seen the demo.'),
  demo_transcripts: optional(z.array(demoLine).max(500)).describe('What was said in the demo.'),
  review_completed: optional(z.boolean()).describe('True when the user has looked through what they entered.'),
  reviewed_at: optional(instant).describe('When they did.'),
}

export const OnboardingStep = z.object(answers).meta({ id: 'OnboardingStep' })
export type OnboardingStep = z.output<typeof OnboardingStep>

export const Onboarding = z
  .object({
    user_id: id.describe('The user, who is the caller.'),
    current_step: z.number().int().describe('The first step that is not done, 1 to 7.'),
    progress: z.number().int().describe('How much is done, 0 to 100.'),
    completed_steps: z.array(z.number().int()).describe('The steps that are done.'),
    business_name: z.string().nullable().describe('Name of the business.'),
    industry: z.string().nullable().describe('What kind of business it is.'),
    business_phone: z.string().nullable().describe('Telephone number of the business.'),
    service_description: z.string().nullable().describe('What the business does.'),
    business_documents: z.array(document).describe('Addresses of uploaded documents.'),
    forwarding_number: z.string().nullable().describe('Where calls go that need a person.'),
    sms_enabled: z.boolean().describe('True when the user wants text messages.'),
    sms_phone_number: z.string().nullable().describe('Where text messages go.'),
    caller_responses: callerResponses.describe('Fixed answers to common requests.'),
    calendar_provider: z.string().nullable().describe('The calendar that the user wants to connect.'),
    demo_completed: z.boolean().describe('True when the user has seen the demo.'),
    demo_transcripts: z.array(demoLine).describe('What was said in the demo.'),
    review_completed: z.boolean().describe('True when the user has looked through what they entered.'),
    reviewed_at: instant.nullable().describe('When they did.'),
    client_id: id.nullable().describe('The client that was created at the end.'),
    completed_at: instant.nullable().describe('When the last step was done.'),
  })
  .meta({ id: 'Onboarding' })
export type Onboarding = z.output<typeof Onboarding>

export const CompletedOnboarding = Onboarding.extend({
  portal_url: z.string().describe("The page of the user's own figures, in the front-end."),
}).meta({ id: 'CompletedOnboarding' })
