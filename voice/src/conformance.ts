import { describe } from 'node:test'
import { describeCalls } from './conformance/calls.ts'
import type { MakeHarness } from './conformance/harness.ts'
import { describeInbound } from './conformance/inbound.ts'
import { describeLiveAudio } from './conformance/live-audio.ts'
import { describeLimits } from './conformance/limits.ts'
import { describeMedia } from './conformance/media.ts'
import { describeTransfers } from './conformance/transfers.ts'
import { describeTrunks } from './conformance/trunks.ts'
import { describeWaiting } from './conformance/waiting.ts'

/**
 * Tests that every driver of `VoiceGateway` has to pass. `makeHarness` sets up a gateway and a carrier for one test.
 * `concurrency` tests run at once: drivers in real time mostly wait.
 */
export function describeGateway(name: string, makeHarness: MakeHarness, { concurrency = 1 } = {}): void {
  describe(name, { concurrency }, () => {
    describe('calls', () => describeCalls(makeHarness))
    describe('media', () => describeMedia(makeHarness))
    describe('live audio', () => describeLiveAudio(makeHarness))
    describe('transfers', () => describeTransfers(makeHarness))
    describe('waiting transfers', () => describeWaiting(makeHarness))
    describe('limits', () => describeLimits(makeHarness))
    describe('trunks', () => describeTrunks(makeHarness))
    describe('inbound', () => describeInbound(makeHarness))
  })
}
