import { hostname } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { type Clock, type Timer, type TrunkState, type VoiceGateway, systemClock } from '@switchboard/voice'
import { workspaceTopic } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { bury, drop, findNeighbours, held, join, leave, renew, saveStates, take } from './nodes.ts'
import { createInboundCalls, type InboundCalls } from './inbound-calls.ts'
import { findHostId, mayLive } from './host-id.ts'
import { type SipAccountRow, toTrunk } from './sip-providers.ts'

/** A trunk that this node holds: only this node calls through it. */
export interface HeldTrunk {
  id: string
  workspaceId: string
  maxConcurrentCalls: number
  callsPerSecond: number
  transferMode: 'bridge' | 'refer'
  /** false while the carrier refuses us or does not answer: calls would only be lost. */
  usable: boolean
}

/** This node's hold on the telephone network. */
export interface Telephony extends InboundCalls {
  /** The node's id, which is its fencing token; another one after the lease was lost. */
  nodeId(): string
  /** Is the lease certainly still good? By this process's own monotonic clock, so it holds after a SIGSTOP too. */
  mayDial(): boolean
  trunks(): ReadonlyMap<string, HeldTrunk>
  start(): Promise<void>
  /** Providers have changed: look now. Resolves when the trunks are as they should be. */
  sync(): Promise<void>
  /** Gives the trunks to whoever comes next. Calls should have ended before. */
  stop(): Promise<void>
}

export interface TelephonyOptions {
  clock?: Clock
  /** Default 15 s. */
  leaseMs?: number
  /** How often the lease is renewed and the trunks are looked after. Default 3 s. */
  heartbeatMs?: number
  /** No other process uses this database, so whatever node is in it is dead. Default: the database is the embedded one. */
  sole?: boolean
  /** A trunk has come into this node's hands, or its state is another one. */
  onChange?: () => void
}

/** Stops dialling so long before the lease ends, for the time between the check and the INVITE. */
const marginMs = 2_000
/** A stop waits for carriers no longer than this. */
const closeWithinMs = 2_000

/**
 * Keeps the gateway's trunks equal to the active providers, each in the hands of one node, and tells their state. Call
 * `sync` when an event `sip_provider.changed` comes by; the heartbeat is the net under it.
 */
export function createTelephony(services: Services, gateway: VoiceGateway, options: TelephonyOptions = {}): Telephony {
  const {
    clock = systemClock,
    leaseMs = 15_000,
    heartbeatMs = 3_000,
    sole = services.config.database.url === null,
    onChange,
  } = options
  const { log } = services
  const ctx = serverContext(services, { workspaceId: null })
  const trunks = new Map<string, HeldTrunk>()
  const opened = new Map<string, SipAccountRow>()
  const states = new Map<string, TrunkState>()
  const inbound = createInboundCalls({ gateway, log, workspaceOf: (id) => trunks.get(id)?.workspaceId })
  const place = findHostId()
  let nodeId = newId()
  let leaseEndsAt = -Infinity
  const underWay = new Map<string, TrunkWork>()
  let timer: Timer | undefined
  let looking: Promise<Promise<void>[]> | undefined
  let again = false
  let stopped = false

  async function enter(): Promise<void> {
    const askedAt = clock.monotonic()
    const { pid } = process
    await ctx.db.all(join, { id: nodeId, name: `${hostname()}/${pid}`, place, pid, lease_ms: leaseMs })
    leaseEndsAt = askedAt + leaseMs
  }

  /** After a crash nobody needs to wait for the lease of a process that has certainly ended. */
  async function leaveForTheDead(): Promise<void> {
    if (!place) return
    for (const { id, name, pid } of await ctx.db.all(findNeighbours, { place })) {
      if (mayLive(pid)) continue
      await ctx.db.all(leave, { id })
      log.warn({ node: name }, 'A voice node has ended without leaving; its trunks are taken over.')
    }
  }

  async function keepLease(): Promise<void> {
    const askedAt = clock.monotonic()
    const renewed = await ctx.db.all(renew, { id: nodeId, lease_ms: leaseMs })
    if (renewed.length > 0) {
      leaseEndsAt = askedAt + leaseMs
      return
    }
    log.error(
      'This voice node was away for longer than its lease. Its calls in progress count as lost; it goes on as a new node.',
    )
    nodeId = newId()
    await enter()
  }

  /** Finds out which trunks are this node's now, and sets to work on each of them without waiting for any. */
  async function look(): Promise<Promise<void>[]> {
    const [buried, , , rows] = await ctx.db.together([
      bury.call({ id: nodeId, sole }),
      drop.call({ id: nodeId }),
      take.call({ id: nodeId }),
      held.call({ id: nodeId }),
    ])
    for (const { name } of buried) log.warn({ node: name }, 'A voice node is gone; its trunks are taken over.')
    const wanted = new Map(rows.map((row) => [row.id, row]))
    const gone = new Set([...opened.keys(), ...underWay.keys()]).difference(wanted)
    return [...Array.from(gone, (id) => settle(id, null)), ...rows.map((row) => settle(row.id, row))]
  }

  /** Makes one trunk what it should be; what is asked for meanwhile is done next. A slow carrier holds up only itself. */
  function settle(id: string, row: SipAccountRow | null): Promise<void> {
    const work = underWay.get(id)
    if (work) {
      work.next = row
      return work.done
    }
    const begun: TrunkWork = { done: Promise.resolve() }
    begun.done = (async () => {
      let wanted = row
      for (;;) {
        delete begun.next
        await (wanted ? open(wanted) : close(id))
        if (begun.next === undefined) return
        wanted = begun.next
      }
    })().finally(() => underWay.delete(id))
    underWay.set(id, begun)
    return begun.done
  }

  async function open(row: SipAccountRow): Promise<void> {
    const before = opened.get(row.id)
    try {
      if (!isDeepStrictEqual(before, row)) await put(row)
    } catch (error) {
      if (opened.has(row.id)) await close(row.id)
      trunks.delete(row.id)
      if (!(error instanceof TypeError))
        log.warn({ err: error, provider: row.id }, 'A SIP provider could not be opened.')
      await tell(row, { state: 'failed', reason: error instanceof Error ? error.message : String(error) })
      return
    }
    const trunk = trunks.get(row.id)
    if (!trunk) return
    const state = await gateway.trunkState(row.id)
    trunk.usable = state.state !== 'failed' || isRefusal(state.sip)
    await tell(row, state)
  }

  async function put(row: SipAccountRow): Promise<void> {
    await gateway.upsertTrunk(toTrunk(services, row))
    states.delete(row.id)
    opened.set(row.id, row)
    trunks.set(row.id, {
      id: row.id,
      workspaceId: row.workspace_id,
      maxConcurrentCalls: row.max_concurrent_calls,
      callsPerSecond: row.calls_per_second,
      transferMode: row.transfer_mode,
      usable: true,
    })
  }

  async function close(id: string): Promise<void> {
    opened.delete(id)
    trunks.delete(id)
    states.delete(id)
    await gateway.removeTrunk(id)
  }

  async function tell(row: SipAccountRow, state: TrunkState): Promise<void> {
    const known = states.get(row.id)
    if (known && told(known) === told(state)) return
    await ctx.db.all(saveStates, { id: nodeId, states: JSON.stringify([{ sip_provider_id: row.id, state }]) })
    states.set(row.id, state)
    onChange?.()
    services.live.publish(workspaceTopic(row.workspace_id, 'telephony:read'), 'sip-provider:update', {
      sip_provider_id: row.id,
      status: state,
    })
  }

  /** Looks at the trunks; one look at a time, and once more when something changed meanwhile. */
  async function lookAgain(): Promise<Promise<void>[]> {
    again = true
    looking ??= (async () => {
      let settled: Promise<void>[] = []
      while (again) {
        again = false
        if (stopped) break
        settled = await look()
      }
      return settled
    })().finally(() => (looking = undefined))
    return looking
  }

  async function sync(): Promise<void> {
    await Promise.all(await lookAgain())
  }

  /** Waits for the lease only, so that nothing a trunk waits for can cost it. */
  function beat(): void {
    if (stopped) return
    timer = clock.setTimeout(() => {
      keepLease()
        .then(lookBeside, (error: unknown) =>
          log.warn({ err: error }, 'The voice node could not renew its lease; trying again.'),
        )
        .finally(beat)
    }, heartbeatMs)
  }

  /** Nothing waits for this: a carrier or name server that does not answer holds up only its own trunk. */
  function lookBeside(): void {
    lookAgain().then((settled) => {
      for (const trunk of settled) trunk.catch(warn)
    }, warn)
  }

  const warn = (error: unknown) => log.warn({ err: error }, 'A trunk could not be looked after; trying again.')

  return {
    nodeId: () => nodeId,
    mayDial: () => !stopped && clock.monotonic() < leaseEndsAt - marginMs,
    trunks: () => trunks,
    onInboundCall: inbound.onInboundCall,
    sync,
    async start() {
      await leaveForTheDead()
      await enter()
      lookBeside()
      beat()
    },
    async stop() {
      timer?.cancel()
      await looking?.then(
        () => undefined,
        (error: unknown) => log.debug({ err: error }, 'The last look at the trunks failed.'),
      )
      stopped = true
      const late = Promise.withResolvers<void>()
      const lateTimer = clock.setTimeout(late.resolve, closeWithinMs)
      const closed = new Set([...opened.keys(), ...underWay.keys()]).values().map((id) => settle(id, null))
      await Promise.race([Promise.allSettled(closed), late.promise])
      lateTimer.cancel()
      await ctx.db.all(leave, { id: nodeId })
    },
  }
}

/** Work on one trunk. `next`: what it should become after that; null: closed. */
interface TrunkWork {
  done: Promise<void>
  next?: SipAccountRow | null
}

/** Where the carrier is there and refuses us, each call may say so itself; where nobody is there, calls wait. */
const isRefusal = (sip: number | undefined) => sip === 401 || sip === 403 || sip === 407

/** What of a state is worth telling: not when the registration has to be renewed. */
const told = (state: TrunkState) => JSON.stringify({ ...state, expiresAt: undefined })
