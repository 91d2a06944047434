import { hostname } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { type Clock, type Timer, type TrunkState, type VoiceGateway, systemClock } from '@switchboard/voice'
import { workspaceTopic } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import {
  deregisterNode,
  dropTrunks,
  findHeldTrunks,
  findNodesOfHost,
  reapNodes,
  registerNode,
  renewLease,
  saveTrunkStates,
  takeTrunks,
} from './nodes.ts'
import { createInboundCalls, type InboundCalls } from './inbound-calls.ts'
import { findHostId, mayBeRunning } from './host-id.ts'
import { type SipAccountRow, toTrunk } from './sip-providers.ts'

/** A trunk that this node holds: only this node calls through it. */
export interface HeldTrunk {
  id: string
  workspaceId: string
  maxConcurrentCalls: number
  callsPerSecond: number
  transferMode: 'bridge' | 'refer'
  /** False while the carrier refuses the registration or does not respond: calls would fail. */
  usable: boolean
}

/** This node's lease and trunks. */
export interface Telephony extends InboundCalls {
  /** The node's id, which is its fencing token. It changes when the lease was lost. */
  nodeId(): string
  /** Whether the lease is certainly valid. Uses the process's monotonic clock, so it is right after a SIGSTOP too. */
  mayDial(): boolean
  trunks(): ReadonlyMap<string, HeldTrunk>
  start(): Promise<void>
  /** Polls the providers now, because they have changed. Resolves when the trunks match them. */
  sync(): Promise<void>
  /** Releases the trunks to other nodes. Calls should have ended before. */
  stop(): Promise<void>
}

export interface TelephonyOptions {
  clock?: Clock
  /** Default 15 s. */
  leaseMs?: number
  /** How often the lease is renewed and the trunks are polled. Default 3 s. */
  heartbeatMs?: number
  /** No other process uses this database, so all other nodes in it have ended. Default: true for the embedded database. */
  sole?: boolean
  /** Called when this node has taken a trunk, or the state of a trunk has changed. */
  onChange?: () => void
}

/** Dialling stops this long before the lease ends, to cover the time between the check and the INVITE. */
const marginMs = 2_000
/** `stop` waits for carriers no longer than this. */
const closeWithinMs = 2_000

/**
 * Keeps the gateway's trunks equal to the active providers, each held by one node, and publishes their state. Call
 * `sync` on each event `sip_provider.changed`. The heartbeat polls as well, in case an event is lost.
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
  const hostId = findHostId()
  let nodeId = newId()
  let leaseEndsAt = -Infinity
  const inProgress = new Map<string, TrunkWork>()
  let timer: Timer | undefined
  let polling: Promise<Promise<void>[]> | undefined
  let again = false
  let stopped = false

  async function register(): Promise<void> {
    const startedAt = clock.monotonic()
    const { pid } = process
    await ctx.db.all(registerNode, {
      id: nodeId,
      name: `${hostname()}/${pid}`,
      host_id: hostId,
      pid,
      lease_ms: leaseMs,
    })
    leaseEndsAt = startedAt + leaseMs
  }

  /** Removes nodes of this host whose process has certainly ended, so that their leases need not expire after a crash. */
  async function removeCrashed(): Promise<void> {
    if (!hostId) return
    for (const { id, name, pid } of await ctx.db.all(findNodesOfHost, { host_id: hostId })) {
      if (mayBeRunning(pid)) continue
      await ctx.db.all(deregisterNode, { id })
      log.warn({ node: name }, 'A voice node crashed. This node takes over its trunks.')
    }
  }

  async function keepLease(): Promise<void> {
    const startedAt = clock.monotonic()
    const renewed = await ctx.db.all(renewLease, { id: nodeId, lease_ms: leaseMs })
    if (renewed.length > 0) {
      leaseEndsAt = startedAt + leaseMs
      return
    }
    log.error('This voice node lost its lease. Its calls in progress count as lost. It continues as a new node.')
    nodeId = newId()
    await register()
  }

  /** Determines which trunks this node holds now and starts to reconcile each of them. Returns the work in progress. */
  async function poll(): Promise<Promise<void>[]> {
    const [reaped, , , rows] = await ctx.db.together([
      reapNodes.call({ id: nodeId, sole }),
      dropTrunks.call({ id: nodeId }),
      takeTrunks.call({ id: nodeId }),
      findHeldTrunks.call({ id: nodeId }),
    ])
    for (const { name } of reaped)
      log.warn({ node: name }, 'The lease of a voice node expired. Its trunks are taken over.')
    const wanted = new Map(rows.map((row) => [row.id, row]))
    const gone = new Set([...opened.keys(), ...inProgress.keys()]).difference(wanted)
    return [...Array.from(gone, (id) => reconcile(id, null)), ...rows.map((row) => reconcile(row.id, row))]
  }

  /** Opens, changes or closes one trunk. A change requested meanwhile is applied next. A slow carrier delays only its own trunk. */
  function reconcile(id: string, row: SipAccountRow | null): Promise<void> {
    const work = inProgress.get(id)
    if (work) {
      work.next = row
      return work.done
    }
    const started: TrunkWork = { done: Promise.resolve() }
    started.done = (async () => {
      let wanted = row
      for (;;) {
        delete started.next
        await (wanted ? open(wanted) : close(id))
        if (started.next === undefined) return
        wanted = started.next
      }
    })().finally(() => inProgress.delete(id))
    inProgress.set(id, started)
    return started.done
  }

  async function open(row: SipAccountRow): Promise<void> {
    const before = opened.get(row.id)
    try {
      if (!isDeepStrictEqual(before, row)) await upsert(row)
    } catch (error) {
      if (opened.has(row.id)) await close(row.id)
      trunks.delete(row.id)
      if (!(error instanceof TypeError))
        log.warn({ err: error, provider: row.id }, 'A SIP provider could not be opened.')
      await reportState(row, { state: 'failed', reason: error instanceof Error ? error.message : String(error) })
      return
    }
    const trunk = trunks.get(row.id)
    if (!trunk) return
    const state = await gateway.trunkState(row.id)
    trunk.usable = state.state !== 'failed' || isRefusal(state.sip)
    await reportState(row, state)
  }

  async function upsert(row: SipAccountRow): Promise<void> {
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

  async function reportState(row: SipAccountRow, state: TrunkState): Promise<void> {
    const known = states.get(row.id)
    if (known && comparable(known) === comparable(state)) return
    await ctx.db.all(saveTrunkStates, { id: nodeId, states: JSON.stringify([{ sip_provider_id: row.id, state }]) })
    states.set(row.id, state)
    onChange?.()
    services.live.publish(workspaceTopic(row.workspace_id, 'telephony:read'), 'sip-provider:update', {
      sip_provider_id: row.id,
      status: state,
    })
  }

  /** Polls the trunks, one poll at a time. Polls once more when it was called meanwhile. */
  async function pollAgain(): Promise<Promise<void>[]> {
    again = true
    polling ??= (async () => {
      let work: Promise<void>[] = []
      while (again) {
        again = false
        if (stopped) break
        work = await poll()
      }
      return work
    })().finally(() => (polling = undefined))
    return polling
  }

  async function sync(): Promise<void> {
    await Promise.all(await pollAgain())
  }

  /** Waits only for the renewal of the lease, so that a slow trunk cannot delay it. */
  function scheduleHeartbeat(): void {
    if (stopped) return
    timer = clock.setTimeout(() => {
      keepLease()
        .then(pollInBackground, (error: unknown) =>
          log.warn({ err: error }, 'The voice node could not renew its lease. It tries again.'),
        )
        .finally(scheduleHeartbeat)
    }, heartbeatMs)
  }

  /** Nothing waits for this, so a carrier or name server that does not respond delays only its own trunk. */
  function pollInBackground(): void {
    pollAgain().then((work) => {
      for (const trunk of work) trunk.catch(warn)
    }, warn)
  }

  const warn = (error: unknown) =>
    log.warn({ err: error }, 'A trunk could not be opened or closed. The next poll tries again.')

  return {
    nodeId: () => nodeId,
    mayDial: () => !stopped && clock.monotonic() < leaseEndsAt - marginMs,
    trunks: () => trunks,
    onInboundCall: inbound.onInboundCall,
    sync,
    async start() {
      await removeCrashed()
      await register()
      pollInBackground()
      scheduleHeartbeat()
    },
    async stop() {
      timer?.cancel()
      await polling?.then(
        () => undefined,
        (error: unknown) => log.debug({ err: error }, 'The last poll of the trunks failed.'),
      )
      stopped = true
      const late = Promise.withResolvers<void>()
      const lateTimer = clock.setTimeout(late.resolve, closeWithinMs)
      const closed = new Set([...opened.keys(), ...inProgress.keys()]).values().map((id) => reconcile(id, null))
      await Promise.race([Promise.allSettled(closed), late.promise])
      lateTimer.cancel()
      await ctx.db.all(deregisterNode, { id: nodeId })
    },
  }
}

/** Work on one trunk. `next` is the provider to apply afterwards; null closes the trunk. */
interface TrunkWork {
  done: Promise<void>
  next?: SipAccountRow | null
}

/** The carrier responds but refuses the credentials: calls are made and fail with its reason. Without a response, calls wait. */
const isRefusal = (sip: number | undefined) => sip === 401 || sip === 403 || sip === 407

/** The part of a state whose change is published. The time of the next registration is not. */
const comparable = (state: TrunkState) => JSON.stringify({ ...state, expiresAt: undefined })
