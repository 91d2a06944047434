import type { Clock, Timer } from '../../clock.ts'
import { frameMs } from './rtp.ts'

/** A stream that sends a frame every 20 ms. */
export interface Paced {
  /** `skipped` frames were dropped because the process was stalled; the timestamp has to advance past them. */
  tick(skipped: number): void
}

export interface Lateness {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/** One timer for all streams of the process. */
export interface Pacer {
  /** Adds a stream to the emptiest slot of the wheel. Returns a function that removes it. */
  add(paced: Paced): () => void
  /** How late frames were sent, over the last 10 s. */
  lateness: () => Lateness
  close(): void
}

const slotCount = 10
/** Frames later than this are skipped. */
const skipAfterMs = 200
/** The interval while catching up: twice the speed, never a burst. */
const catchUpSpacingMs = frameMs / 2

interface Slot {
  /** Replaced, never changed, because streams are added and removed during iteration. */
  members: readonly Paced[]
  /** When its next frame is due, on the monotonic clock. */
  dueAt: number
  /** When it will be sent: later than `dueAt` while catching up. */
  wakeAt: number
}

export function createPacer(clock: Clock): Pacer {
  const origin = clock.monotonic()
  const slots: Slot[] = Array.from({ length: slotCount }, () => ({
    members: [],
    dueAt: 0,
    wakeAt: 0,
  }))
  const histogram = createHistogram(clock)
  let timer: Timer | null = null
  let timerAt = Infinity

  function schedule(): void {
    let next = Infinity
    for (const slot of slots) if (slot.members.length > 0 && slot.wakeAt < next) next = slot.wakeAt
    if (timer !== null && next === timerAt) return
    timer?.cancel()
    timerAt = next
    timer = next === Infinity ? null : clock.setTimeout(run, Math.max(0, Math.ceil(next - clock.monotonic())))
  }

  function run(): void {
    timer = null
    const now = clock.monotonic()
    for (const slot of slots) if (slot.members.length > 0 && slot.wakeAt <= now) runSlot(slot, now)
    schedule()
  }

  function runSlot(slot: Slot, now: number): void {
    const lateMs = now - slot.dueAt
    const skipped = lateMs > skipAfterMs ? Math.floor(lateMs / frameMs) : 0
    const dueAt = slot.dueAt
    slot.dueAt += (skipped + 1) * frameMs
    slot.wakeAt = Math.max(slot.dueAt, now + catchUpSpacingMs)
    for (const member of slot.members) {
      histogram.record(clock.monotonic() - dueAt)
      member.tick(skipped)
    }
  }

  function add(paced: Paced): () => void {
    const slot = slots.reduce((emptiest, each) => (each.members.length < emptiest.members.length ? each : emptiest))
    if (slot.members.length === 0) {
      const phase = (slots.indexOf(slot) * frameMs) / slotCount
      const rounds = Math.floor((clock.monotonic() - origin - phase) / frameMs) + 1
      slot.dueAt = slot.wakeAt = origin + phase + rounds * frameMs
    }
    slot.members = [...slot.members, paced]
    schedule()
    return () => {
      slot.members = slot.members.filter((member) => member !== paced)
    }
  }

  return {
    add,
    lateness: histogram.read,
    close() {
      for (const slot of slots) slot.members = []
      timer?.cancel()
      timer = null
      timerAt = Infinity
    },
  }
}

const binMs = 0.25
/** Up to 100 ms; longer delays count in the last bin. */
const binCount = 400
const windowSeconds = 10

/** Counts per quarter of a millisecond, in one row per second of the window: O(1) to record, no memory beyond the rows. */
function createHistogram(clock: Clock) {
  const rows = Array.from({ length: windowSeconds }, () => ({
    second: -1,
    maxMs: 0,
    bins: new Uint32Array(binCount),
  }))

  function record(lateMs: number): void {
    const second = Math.floor(clock.monotonic() / 1000)
    const row = rows[second % windowSeconds]!
    if (row.second !== second) {
      row.second = second
      row.maxMs = 0
      row.bins.fill(0)
    }
    if (lateMs > row.maxMs) row.maxMs = lateMs
    row.bins[Math.min(binCount - 1, Math.max(0, Math.floor(lateMs / binMs)))]!++
  }

  function read(): Lateness {
    const oldest = Math.floor(clock.monotonic() / 1000) - windowSeconds
    const sum = new Float64Array(binCount)
    let total = 0
    let maxMs = 0
    for (const row of rows) {
      if (row.second <= oldest) continue
      maxMs = Math.max(maxMs, row.maxMs)
      for (let bin = 0; bin < binCount; bin++) {
        sum[bin]! += row.bins[bin]!
        total += row.bins[bin]!
      }
    }
    const percentile = (share: number) => {
      let seen = 0
      for (let bin = 0; bin < binCount; bin++) {
        seen += sum[bin]!
        if (total > 0 && seen >= total * share) return bin === binCount - 1 ? maxMs : Math.min(maxMs, (bin + 1) * binMs)
      }
      return 0
    }
    return { p50Ms: percentile(0.5), p99Ms: percentile(0.99), maxMs }
  }

  return { record, read }
}
