import assert from 'node:assert/strict'
import type { ObservedCall } from './peers/sipp.ts'
import type { CampaignCall } from './customer.ts'
import { tally } from './tally.ts'

/**
 * Checks the invariants of a campaign after failures of the server, by the carrier's own log: no contact was called twice,
 * none was left out, and at most `mostUnknown` calls have an unknown result. `numbers` are sorted.
 */
export function assertEachCalledOnce(
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
  assert.deepEqual(missing, [], 'Recorded as called but not called.')
  assert.ok(unknown <= mostUnknown, `${unknown} unknown, at most ${mostUnknown} allowed.`)
  return { unknown }
}
