import { type CalleeBehaviour, answers, busy, noAnswer, notFound } from '@switchboard/voice/sim'

/** A person on the contact list: how they react to the call, and the outcome that the campaign must record. */
export interface Person {
  phoneNumber: string
  does: string
  behaviour: CalleeBehaviour
  /** Status of the call in the campaign's report. */
  outcome: 'completed' | 'transferred' | 'busy' | 'no_answer' | 'failed' | 'do_not_call'
  key: string | null
}

/** The transfer target after key 1. Numbers 202-555-01xx are reserved for fiction. */
export const transferNumber = '+12025550199'
const transferDesk = answers(400, { hangUpAfterMs: 3_000 })

const press = (key: '1' | '2' | '9') => [{ key, afterMs: 1_200 }]

const kinds: (Omit<Person, 'phoneNumber'> & { count: number })[] = [
  {
    count: 17,
    does: 'listen, then hang up',
    behaviour: answers(900, { hangUpAfterMs: 3_500 }),
    outcome: 'completed',
    key: null,
  },
  {
    count: 10,
    does: 'press 1 and are connected',
    behaviour: answers(700, { keys: press('1') }),
    outcome: 'transferred',
    key: '1',
  },
  {
    count: 3,
    does: 'press 2 to hear it again',
    behaviour: answers(600, { keys: press('2'), hangUpAfterMs: 5_000 }),
    outcome: 'completed',
    key: '2',
  },
  {
    count: 3,
    does: 'press 9: never again',
    behaviour: answers(800, { keys: press('9') }),
    outcome: 'completed',
    key: '9',
  },
  { count: 7, does: 'are on the telephone', behaviour: busy(300), outcome: 'busy', key: null },
  { count: 5, does: 'do not pick up', behaviour: noAnswer(), outcome: 'no_answer', key: null },
  { count: 3, does: 'have given the number up', behaviour: notFound(), outcome: 'failed', key: null },
  { count: 2, does: 'asked not to be called', behaviour: answers(500), outcome: 'do_not_call', key: null },
]

/** Fifty, in the order in which they stand in the CSV: each kind spread over the whole list. */
export const people: readonly Person[] = kinds
  .flatMap(({ count, ...kind }) => Array.from({ length: count }, (_, i) => ({ ...kind, place: (i + 0.5) / count })))
  .sort((a, b) => a.place - b.place)
  .map(({ does, behaviour, outcome, key }, i) => ({
    does,
    behaviour,
    outcome,
    key,
    phoneNumber: `+120255501${String(i).padStart(2, '0')}`,
  }))

const behaviours = new Map([
  [transferNumber, transferDesk],
  ...people.map((person) => [person.phoneNumber, person.behaviour] as const),
])

/** Returns the behaviour of the carrier for a dialled number, with or without its plus. */
export const behaviourOf = (dialled: string): CalleeBehaviour =>
  behaviours.get(`+${dialled.replace(/^\+/, '')}`) ?? notFound()

const firstNames = ['Ana', 'Ben', 'Chloé', 'Dmitri', 'Emeka', 'Fatima', 'Goran', 'Hana', 'Ines', 'Jun']
const lastNames = ['Silva', 'Okafor', 'Müller', 'Tanaka', 'Nowak']

export const contactsCsv = (): string =>
  [
    'first_name,last_name,phone_number',
    ...people.map(
      ({ phoneNumber }, i) =>
        `${firstNames[i % firstNames.length]},${lastNames[Math.floor(i / firstNames.length)]},${phoneNumber}`,
    ),
  ].join('\r\n')
