import assert from 'node:assert/strict'
import type { ObservedCall } from './peers/sipp.ts'
import type { CampaignCall } from './customer.ts'
import { tally } from './tally.ts'

/**
 * What must hold whatever happened to the server, by the carrier's own log: nobody was called twice, nobody was left out,
 * and only of `mostUnknown` it is not known how their call went. `numbers` are sorted; everyone is called once at most.
 */
export function assertNobodyTwiceNobodyMissing(
  numbers: string[],
  calls: CampaignCall[],
  observed: ObservedCall[],
  mostUnknown: number,
): { unknown: number } {
  const callsByNumber = tally(observed, ({ number }) => number)
  const twice = Object.entries(callsByNumber).filter(([, times]) => times > 1)
  assert.deepEqual(twice, [], 'Called twice.')

  assert.deepEqual(calls.map(({ phone_number }) => phone_number).toSorted(), numbers)
  const statuses = tally(calls, ({ status }) => status)
  const unknown = statuses.unknown ?? 0
  assert.deepEqual(
    statuses,
    { completed: numbers.length - unknown, ...(unknown > 0 && { unknown }) },
    'All are finished.',
  )
  const missing = calls.filter((call) => call.status === 'completed' && !(call.phone_number in callsByNumber))
  assert.deepEqual(missing, [], 'Said to have been called, and were not.')
  assert.ok(unknown <= mostUnknown, `${unknown} unknown, at most ${mostUnknown} allowed.`)
  return { unknown }
}
