import { describe } from 'node:test'
import { describeCalls } from './conformance/calls.ts'
import type { MakeHarness } from './conformance/harness.ts'
import { describeInbound } from './conformance/inbound.ts'
import { describeLimits } from './conformance/limits.ts'
import { describeMedia } from './conformance/media.ts'
import { describeTransfers } from './conformance/transfers.ts'
import { describeTrunks } from './conformance/trunks.ts'

/** What every driver of `VoiceGateway` has to do. `makeHarness` sets up a gateway and a carrier for one test. */
export function describeGateway(name: string, makeHarness: MakeHarness): void {
  describe(name, () => {
    describe('calls', () => describeCalls(makeHarness))
    describe('media', () => describeMedia(makeHarness))
    describe('transfers', () => describeTransfers(makeHarness))
    describe('limits', () => describeLimits(makeHarness))
    describe('trunks', () => describeTrunks(makeHarness))
    describe('inbound', () => describeInbound(makeHarness))
  })
}
