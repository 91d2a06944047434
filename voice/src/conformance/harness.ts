import type { CalleeBehaviour, CarriedCall, PlacedCall, PlacedCallState } from '../callee.ts'
import type { GatewaySettings } from '../embedded/settings.ts'
import type { Leg, LegEvent, OriginateRequest, Trunk, VoiceGateway } from '../gateway.ts'
import { until as waitUntil } from './until.ts'

/** A gateway and a carrier with scripted callees, which a driver provides for the tests. */
interface Harness {
  gateway: VoiceGateway
  /** Account at the carrier. */
  account: Pick<Trunk, 'host' | 'port' | 'username' | 'password'>
  /** A host and port that do not respond. */
  nowhere: Pick<Trunk, 'host' | 'port'>
  carried: readonly CarriedCall[]
  place(call: PlacedCall): Promise<PlacedCallState>
  /** Lets time pass, real or virtual. */
  pass(ms: number): Promise<void>
  now(): number
  /** An audio file of that length. */
  audio(durationMs: number): { path: string }
  close(): Promise<void>
}

/** What a test wants different from a plain carrier and a plain engine. */
export interface HarnessOptions extends GatewaySettings {
  /** Default: every number rings without an answer. */
  callees?: Record<string, CalleeBehaviour>
}

export type MakeHarness = (options: HarnessOptions) => Promise<Harness>

/** The environment of a test, with helpers for its steps. */
export interface Fixture extends Harness {
  trunk: Trunk
  dial(to: string, more?: Partial<OriginateRequest>, signal?: AbortSignal): Promise<WatchedLeg>
  /** Waits until the condition holds; fails when it does not within 30 s. */
  until(what: string | (() => string), holds: () => boolean | Promise<boolean>): Promise<void>
  watch(leg: Leg): WatchedLeg
}

/** A leg and what has happened on it so far. */
export interface WatchedLeg {
  leg: Leg
  events: LegEvent[]
  /** The first event of that kind, waited for. */
  event<T extends LegEvent['t']>(
    t: T,
    fits?: (event: Extract<LegEvent, { t: T }>) => boolean,
  ): Promise<Extract<LegEvent, { t: T }>>
}

let attempts = 0

/** Opens the fixture, lets the test run on it, clears away. */
export async function on(
  makeHarness: MakeHarness,
  options: HarnessOptions,
  run: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const harness = await makeHarness(options)
  const trunk: Trunk = {
    id: 'trunk',
    transport: 'udp',
    register: false,
    maxConcurrentCalls: 20,
    callsPerSecond: 1000,
    transferMode: 'bridge',
    ...harness.account,
  }

  const until: Fixture['until'] = (what, holds) => waitUntil(what, holds, harness.pass)

  function watch(leg: Leg): WatchedLeg {
    const events: LegEvent[] = []
    void (async () => {
      for await (const event of leg.events) events.push(event)
    })()
    return {
      leg,
      events,
      async event(t, fits = () => true) {
        type Wanted = Extract<LegEvent, { t: typeof t }>
        const find = () => events.find((event): event is Wanted => event.t === t && fits(event as Wanted))
        const seen = () => events.map((event) => event.t).join(', ')
        await until(
          () => `the event ${t} (seen: ${seen()})`,
          () => find() !== undefined,
        )
        return find()!
      },
    }
  }

  try {
    await harness.gateway.upsertTrunk(trunk)
    await run({
      ...harness,
      trunk,
      until,
      watch,
      async dial(to, more = {}, signal) {
        const request = {
          attemptId: `attempt-${++attempts}`,
          trunkId: trunk.id,
          to,
          callerId: '5550100',
          ringTimeoutMs: 30_000,
          maxDurationMs: 60_000,
        }
        return watch(await harness.gateway.originate({ ...request, ...more }, signal))
      },
    })
  } finally {
    await harness.close()
  }
}
