import { type Suggestion } from '../extraction/matching.ts'
import { type Needs, needsInWords } from '../extraction/needs.ts'
import { type Parts, type Qualification, gradeOf, partNames } from '../qualification/qualification.ts'
import type { ProspectStatus } from '../transitions.ts'
import { beginning } from '../../../platform/text.ts'

/** What a handoff is made from. */
export interface Situation {
  now: Date
  prospect: {
    name: string
    phone: string | null
    email: string | null
    whatsapp: string | null
    status: ProspectStatus
    preferred_channel: string | null
  }
  /** Null when it is not about one. */
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
  /** The newest things said, oldest first. */
  lastWords: readonly { sender: string; text: string }[]
}

export interface Package {
  priority: 'high' | 'medium' | 'low'
  reason: string
  reasons: string[]
  summary: string
  detected_needs: string[]
  qualification_score: { total: number; grade: string; parts: Parts }
  conversation_context: string | null
  next_steps: string[]
  suggested_follow_up_channel: string | null
}

const hour = 3_600_000

const hoursUntil = ({ now, appointment }: Situation): number | null => {
  if (!appointment || !['scheduled', 'rescheduled'].includes(appointment.status)) return null
  return (Date.parse(appointment.scheduled_date) - now.getTime()) / hour
}
const within = (situation: Situation, hours: number) => {
  const left = hoursUntil(situation)
  return left !== null && left >= 0 && left <= hours
}

interface Rule {
  says: string
  holds(situation: Situation): boolean
}

/** Why a person should look after somebody; the first that holds is the reason, all that hold are the reasons. */
const priorities: Record<'high' | 'medium' | 'low', readonly Rule[]> = {
  high: [
    { says: 'The appointment was missed', holds: ({ appointment }) => appointment?.status === 'no_show' },
    { says: 'The appointment is within 48 hours', holds: (situation) => within(situation, 48) },
    { says: 'Negative sentiment in the last conversation', holds: ({ sentiment }) => sentiment === 'negative' },
    { says: 'They qualify very well', holds: ({ qualification }) => gradeOf(qualification.total) === 'hot' },
    {
      says: 'They want to buy within a month',
      holds: ({ needs }) => needs.timelineDays !== null && needs.timelineDays <= 30,
    },
  ],
  medium: [
    {
      says: 'The appointment is within two weeks',
      holds: (situation) => within(situation, 336) && !within(situation, 48),
    },
    { says: 'They qualify well', holds: ({ qualification }) => gradeOf(qualification.total) === 'warm' },
    { says: 'The appointment was moved', holds: ({ appointment }) => appointment?.status === 'rescheduled' },
    { says: 'The appointment took place', holds: ({ appointment }) => appointment?.status === 'completed' },
  ],
  low: [
    {
      says: 'An appointment is booked',
      holds: (situation) => hoursUntil(situation) !== null && !within(situation, 336),
    },
  ],
}

const steps: readonly { says: (situation: Situation) => string; holds(situation: Situation): boolean }[] = [
  {
    says: () => 'Call them about the missed appointment and offer another time',
    holds: ({ appointment }) => appointment?.status === 'no_show',
  },
  {
    says: ({ appointment }) =>
      `Confirm the appointment of ${moment(appointment?.scheduled_date ?? '')}${appointment?.location ? ` at ${appointment.location}` : ''}`,
    holds: (situation) => (hoursUntil(situation) ?? -1) >= 0,
  },
  { says: () => 'Ask how they liked what they saw', holds: ({ appointment }) => appointment?.status === 'completed' },
  { says: () => 'Address their complaint first', holds: ({ sentiment }) => sentiment === 'negative' },
  {
    says: ({ appointment }) => `Prepare the paperwork for ${appointment?.property_name}`,
    holds: ({ appointment }) => Boolean(appointment?.property_name) && appointment?.status !== 'cancelled',
  },
  { says: () => 'Find out the budget', holds: ({ needs }) => needs.budget === null },
  { says: () => 'Find out when they want to buy', holds: ({ needs }) => needs.timelineDays === null },
  { says: () => 'Find out who decides', holds: ({ needs }) => needs.decides === null },
  { says: () => 'Make sure that whoever decides with them is there', holds: ({ needs }) => needs.decides === false },
  {
    says: ({ suggestions }) =>
      `Offer ${suggestions
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}`,
    holds: ({ suggestions }) => suggestions.length > 0,
  },
  {
    says: () => 'Nothing in stock fits: ask what they would compromise on',
    holds: ({ suggestions }) => suggestions.length === 0,
  },
]

/** Everything a person needs to take over, worked out from the situation; the same situation gives the same package. */
export function composePackage(situation: Situation): Package {
  const { needs, qualification } = situation
  const holding = Object.entries(priorities).flatMap(([priority, rules]) =>
    rules
      .filter((rule) => rule.holds(situation))
      .map(({ says }) => ({ priority: priority as Package['priority'], says })),
  )
  const [first = { priority: 'low' as const, says: 'A person should take over' }] = holding
  return {
    priority: first.priority,
    reason: first.says,
    reasons: holding.map(({ says }) => says),
    summary: summarise(situation),
    detected_needs: needsInWords(needs),
    qualification_score: {
      total: qualification.total,
      grade: gradeOf(qualification.total),
      parts: qualification.parts,
    },
    conversation_context: contextOf(situation.lastWords),
    next_steps: steps.filter((step) => step.holds(situation)).map(({ says }) => says(situation)),
    suggested_follow_up_channel: followUpChannel(situation.prospect),
  }
}

const standing: Record<ProspectStatus, string> = {
  new: 'is new',
  contacted: 'has been contacted',
  qualified: 'is qualified',
  appointment_set: 'has an appointment',
  closed: 'has bought',
  lost: 'was lost',
}

const sentence = (text: string) => (/[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`)

function summarise({ prospect, appointment, needs, qualification }: Situation): string {
  const wishes = needsInWords(needs).map((line) => line.charAt(0).toLowerCase() + line.slice(1))
  const strongest =
    partNames.toSorted((a, b) => shareOf(qualification.parts, b) - shareOf(qualification.parts, a))[0] ?? 'need'
  return [
    `${prospect.name || 'Somebody without a name'} ${standing[prospect.status]}.`,
    wishes.length > 0 && `Known wishes: ${wishes.join('; ')}.`,
    appointment &&
      `Appointment${appointment.property_name ? ` for ${appointment.property_name}` : ''} on ${moment(appointment.scheduled_date)}, ${appointment.status.replace('_', ' ')}.`,
    appointment?.notes && `Notes: ${sentence(beginning(appointment.notes, 500))}`,
    `Scores ${qualification.total} of 100 (${gradeOf(qualification.total)}). ${qualification.parts[strongest].reason}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const shareOf = (parts: Parts, name: keyof Parts) => parts[name].score / parts[name].max

const moment = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`

const contextOf = (lastWords: Situation['lastWords']): string | null =>
  lastWords.length === 0 ? null : lastWords.map(({ sender, text }) => `${sender}: ${beginning(text, 500)}`).join('\n')

/** The channel they prefer, when they can be reached on it; else the surest that is known. */
export function followUpChannel(prospect: Situation['prospect']): string | null {
  const known: Record<string, string | null> = {
    phone: prospect.phone,
    whatsapp: prospect.whatsapp,
    sms: prospect.phone,
    email: prospect.email,
  }
  const preferred = prospect.preferred_channel?.toLowerCase() ?? ''
  if (known[preferred]) return preferred
  return ['whatsapp', 'phone', 'email'].find((channel) => known[channel]) ?? null
}

/** How long a handoff waits for somebody before it expires. */
export const waitsHours: Record<Package['priority'], number> = { high: 4, medium: 24, low: 72 }
