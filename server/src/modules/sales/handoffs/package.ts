import { type Suggestion } from '../extraction/matching.ts'
import { type Needs, needsInWords } from '../extraction/needs.ts'
import { type Parts, type Qualification, gradeOf, partNames } from '../qualification/qualification.ts'
import type { ProspectStatus } from '../transitions.ts'
import { beginning } from '../../../platform/text.ts'

/** The data that a handoff package is computed from. */
export interface PackageInput {
  now: Date
  prospect: {
    name: string
    phone: string | null
    email: string | null
    whatsapp: string | null
    status: ProspectStatus
    preferred_channel: string | null
  }
  /** Null for a handoff without an appointment. */
  appointment: {
    scheduled_date: string
    status: string
    property_name: string | null
    location: string | null
    notes: string | null
  } | null
  needs: Needs
  qualification: Qualification
  suggestions: readonly Suggestion[]
  sentiment: 'positive' | 'neutral' | 'negative' | null
  /** Null for a handoff without a conversation. */
  conversation?: { channel: string; occurred_at: string; outcome: string | null } | null
  /** The newest messages, oldest first. */
  recentMessages: readonly { sender: string; text: string }[]
}

export interface Package {
  priority: 'high' | 'medium' | 'low'
  reason: string
  reasons: string[]
  summary: string
  detected_needs: string[]
  qualification_score: { total: number; grade: string; parts: Parts }
  conversation_context: string
  next_steps: string[]
  suggested_follow_up_channel: string | null
}

const hour = 3_600_000

const hoursUntil = ({ now, appointment }: PackageInput): number | null => {
  if (!appointment || !['scheduled', 'rescheduled'].includes(appointment.status)) return null
  return (Date.parse(appointment.scheduled_date) - now.getTime()) / hour
}
const within = (input: PackageInput, hours: number) => {
  const left = hoursUntil(input)
  return left !== null && left >= 0 && left <= hours
}

interface Rule {
  text: string
  applies(input: PackageInput): boolean
}

/** The rules for the priority. The first rule that applies sets priority and `reason`; all that apply are the `reasons`. */
const priorities: Record<'high' | 'medium' | 'low', readonly Rule[]> = {
  high: [
    { text: 'The appointment was missed', applies: ({ appointment }) => appointment?.status === 'no_show' },
    { text: 'The appointment is within 48 hours', applies: (input) => within(input, 48) },
    { text: 'Negative sentiment in the last conversation', applies: ({ sentiment }) => sentiment === 'negative' },
    { text: 'The qualification score is high', applies: ({ qualification }) => gradeOf(qualification.total) === 'hot' },
    {
      text: 'The prospect wants to buy within a month',
      applies: ({ needs }) => needs.timelineDays !== null && needs.timelineDays <= 30,
    },
  ],
  medium: [
    {
      text: 'The appointment is within two weeks',
      applies: (input) => within(input, 336) && !within(input, 48),
    },
    {
      text: 'The qualification score is good',
      applies: ({ qualification }) => gradeOf(qualification.total) === 'warm',
    },
    { text: 'The appointment was rescheduled', applies: ({ appointment }) => appointment?.status === 'rescheduled' },
    { text: 'The appointment took place', applies: ({ appointment }) => appointment?.status === 'completed' },
  ],
  low: [
    {
      text: 'An appointment is booked',
      applies: (input) => hoursUntil(input) !== null && !within(input, 336),
    },
  ],
}

const steps: readonly { text: (input: PackageInput) => string; applies(input: PackageInput): boolean }[] = [
  {
    text: () => 'Call about the missed appointment and offer another time',
    applies: ({ appointment }) => appointment?.status === 'no_show',
  },
  {
    text: ({ appointment }) =>
      `Confirm the appointment on ${formatTime(appointment?.scheduled_date ?? '')}${appointment?.location ? ` at ${appointment.location}` : ''}`,
    applies: (input) => (hoursUntil(input) ?? -1) >= 0,
  },
  { text: () => 'Ask for feedback on the property', applies: ({ appointment }) => appointment?.status === 'completed' },
  { text: () => 'Address their complaint first', applies: ({ sentiment }) => sentiment === 'negative' },
  {
    text: ({ appointment }) => `Prepare the paperwork for ${appointment?.property_name}`,
    applies: ({ appointment }) => Boolean(appointment?.property_name) && appointment?.status !== 'cancelled',
  },
  { text: () => 'Find out the budget', applies: ({ needs }) => needs.budget === null },
  { text: () => 'Find out when they want to buy', applies: ({ needs }) => needs.timelineDays === null },
  { text: () => 'Find out who makes the decision', applies: ({ needs }) => needs.isDecisionMaker === null },
  { text: () => 'Invite the other decision makers', applies: ({ needs }) => needs.isDecisionMaker === false },
  {
    text: ({ suggestions }) =>
      `Offer ${suggestions
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}`,
    applies: ({ suggestions }) => suggestions.length > 0,
  },
  {
    text: () => 'No available property matches: ask which requirements are flexible',
    applies: ({ suggestions }) => suggestions.length === 0,
  },
]

/** Computes the handoff package: everything a member needs to take over. The same input gives the same package. */
export function composePackage(input: PackageInput): Package {
  const { needs, qualification } = input
  const applicable = Object.entries(priorities).flatMap(([priority, rules]) =>
    rules
      .filter((rule) => rule.applies(input))
      .map(({ text }) => ({ priority: priority as Package['priority'], text })),
  )
  const [first = { priority: 'low' as const, text: 'A member should take over' }] = applicable
  return {
    priority: first.priority,
    reason: first.text,
    reasons: applicable.map(({ text }) => text),
    summary: summarise(input),
    detected_needs: needsInWords(needs),
    qualification_score: {
      total: qualification.total,
      grade: gradeOf(qualification.total),
      parts: qualification.parts,
    },
    conversation_context: contextOf(input),
    next_steps: steps.filter((step) => step.applies(input)).map(({ text }) => text(input)),
    suggested_follow_up_channel: followUpChannel(input.prospect),
  }
}

const statusTexts: Record<ProspectStatus, string> = {
  new: 'is new',
  contacted: 'has been contacted',
  qualified: 'is qualified',
  appointment_set: 'has an appointment',
  closed: 'has bought',
  lost: 'was lost',
}

const sentence = (text: string) => (/[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`)

function summarise({ prospect, appointment, needs, qualification }: PackageInput): string {
  const requirements = needsInWords(needs).map((line) => line.charAt(0).toLowerCase() + line.slice(1))
  const strongest =
    partNames.toSorted((a, b) => shareOf(qualification.parts, b) - shareOf(qualification.parts, a))[0] ?? 'need'
  return [
    `${prospect.name || 'The prospect'} ${statusTexts[prospect.status]}.`,
    requirements.length > 0 && `Requirements: ${requirements.join('; ')}.`,
    appointment &&
      `Appointment${appointment.property_name ? ` for ${appointment.property_name}` : ''} on ${formatTime(appointment.scheduled_date)}, ${appointment.status.replace('_', ' ')}.`,
    appointment?.notes && `Notes: ${sentence(beginning(appointment.notes, 500))}`,
    `Scores ${qualification.total} of 100 (${gradeOf(qualification.total)}). ${qualification.parts[strongest].reason}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const shareOf = (parts: Parts, name: keyof Parts) => parts[name].score / parts[name].max

const formatTime = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`

/** The context of a handoff without a conversation. */
export const noConversation = 'No conversation with the prospect has been recorded yet.'

/** Returns the newest messages, otherwise a sentence about the conversation. */
function contextOf({ recentMessages, conversation }: PackageInput): string {
  if (recentMessages.length > 0)
    return recentMessages.map(({ sender, text }) => `${sender}: ${beginning(text, 500)}`).join('\n')
  if (!conversation) return noConversation
  const { channel, occurred_at, outcome } = conversation
  return `Conversation by ${channel} on ${formatTime(occurred_at)}${outcome ? `, outcome: ${outcome}` : ''}. No words of it were recorded.`
}

/** Returns the channel that the prospect prefers, otherwise the first of WhatsApp, phone and e-mail that reaches them. */
export function followUpChannel(prospect: PackageInput['prospect']): string | null {
  const known: Record<string, string | null> = {
    phone: prospect.phone,
    whatsapp: prospect.whatsapp,
    email: prospect.email,
  }
  const preferred = prospect.preferred_channel?.toLowerCase().replace(/^call$/, 'phone')
  if (preferred) return preferred
  return ['whatsapp', 'phone', 'email'].find((channel) => known[channel]) ?? null
}

/** Hours after which an unclaimed handoff expires, by priority. */
export const expiryHours: Record<Package['priority'], number> = { high: 4, medium: 24, low: 72 }
