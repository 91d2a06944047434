import type { Clock } from '../clock.ts'
import type { TransferRequest, TransferResult } from '../gateway.ts'
import type { AudioHub } from '../live-audio/hub.ts'
import type { MediaEngine } from '../media/types.ts'
import type { UserAgent } from '../sip/types.ts'
import type { CallLeg } from './leg.ts'
import type { TrunkLine } from './trunks.ts'

/** State shared by the parts of one gateway. */
export interface Engine {
  readonly userAgent: UserAgent
  readonly media: MediaEngine
  readonly clock: Clock
  readonly audio: AudioHub
  /** Legs whose call has not ended at the carrier. */
  readonly legs: Set<CallLeg>
  readonly invitesSent: RateMeter
  /** Legs, including those being opened; admission counts these. */
  calls: number
  /** True: no INVITE may be sent any more. */
  closing: boolean
  /** `callerId`: shown to the target unless the request names one. */
  transfer(
    leg: CallLeg,
    line: TrunkLine,
    callerId: string,
    request: TransferRequest,
    signal?: AbortSignal,
  ): Promise<TransferResult>
  /** Called after each call has ended. */
  onIdle(): void
}

/** Counts the events of the last second. */
export interface RateMeter {
  mark(): void
  perSecond(): number
}

export function createRateMeter(clock: Clock): RateMeter {
  let marks: number[] = []
  const forgetOld = () => {
    const since = clock.monotonic() - 1000
    if (marks.length > 0 && marks[0]! <= since) marks = marks.filter((at) => at > since)
  }
  return {
    mark() {
      forgetOld()
      marks.push(clock.monotonic())
    },
    perSecond() {
      forgetOld()
      return marks.length
    },
  }
}
