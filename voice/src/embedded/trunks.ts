import type { Clock, Timer } from '../clock.ts'
import type { Trunk, TrunkState } from '../gateway.ts'
import type { Registration, SipAccount, UserAgent } from '../sip/types.ts'
import type { AddressBook } from './address-book.ts'
import { createTrunkGate, type BreakerSettings, type Outcome, type TrunkGate } from './trunk-gate.ts'

export interface TrunkSettings {
  breaker: BreakerSettings
  /** How often a trunk's host is looked up again and, when it does not register, probed with OPTIONS. Infinity: never. */
  checkEveryMs: number
  /** How long OPTIONS, or the REGISTER of `testTrunk`, may take. */
  probeTimeoutMs: number
  /** Addresses of a host name. */
  lookup(host: string): Promise<string[]>
}

/** A trunk in use. */
export interface TrunkLine {
  trunk: Trunk
  readonly gate: TrunkGate
  account(): SipAccount
  state(): TrunkState
  /** Reports how the INVITE sent at `sentAt` ended. A carrier that does not respond is probed until it does. */
  report(outcome: Outcome, sentAt: number): void
  close(): Promise<void>
}

function accountOf(trunk: Trunk): SipAccount {
  const { host, port, transport, username, password, domain } = trunk
  return { host, port, transport, username, password, ...(domain !== undefined && { domain }) }
}

/** Do both describe the same account, so that its registration can be kept? */
export function sameAccount(a: Trunk, b: Trunk): boolean {
  const { host, port, transport, username, password, register, domain } = a
  return (
    host === b.host &&
    port === b.port &&
    transport === b.transport &&
    username === b.username &&
    password === b.password &&
    register === b.register &&
    domain === b.domain
  )
}

const transports = new Set<string>(['udp', 'tcp', 'tls'])

/** Throws a `TypeError` that names the field when the engine cannot use the trunk. */
export function checkTrunk(trunk: Trunk): void {
  if (!trunk.id) throw new TypeError('trunk.id is empty.')
  if (!trunk.host) throw new TypeError('trunk.host is empty: give the carrier’s host name or address.')
  if (!transports.has(trunk.transport))
    throw new TypeError(`trunk.transport is ${trunk.transport}. Choose udp, tcp or tls.`)
  if (!(trunk.maxConcurrentCalls >= 0)) throw new TypeError('trunk.maxConcurrentCalls must be 0 or more.')
  if (!(trunk.callsPerSecond > 0))
    throw new TypeError('trunk.callsPerSecond must be more than 0 (0.5 is one call in 2 s).')
}

/** How often an unresponsive carrier is probed, and how long each probe waits. */
const probeEveryMs = 1_000
const probeWithinMs = 2_000

/** Dependencies of trunks on their gateway. */
export interface TrunkParts {
  userAgent: UserAgent
  clock: Clock
  settings: TrunkSettings
  /** The carriers' addresses: calls from other addresses are not from a carrier. */
  carriers: AddressBook<TrunkLine>
}

/** Opens a trunk in place of `predecessor`: its calls still count, and its registration is removed first. */
export function openTrunk(
  trunk: Trunk,
  { userAgent, clock, settings, carriers }: TrunkParts,
  predecessor?: TrunkLine,
): TrunkLine {
  const gate = predecessor?.gate ?? createTrunkGate(trunk, settings.breaker, clock)
  let health: TrunkState = { state: trunk.register ? 'registering' : 'ready' }
  let nextCheck: Timer | null = null
  let nextProbe: Timer | null = null
  let probing = false
  let closed = false
  gate.limits = trunk

  let registration: Registration | null = null
  const begun = begin()

  async function begin(): Promise<void> {
    // Both use one Contact: removing the old binding after making the new one would remove the new one.
    await predecessor?.close()
    if (closed) return
    if (trunk.register)
      registration = userAgent.register(accountOf(trunk), (now) => (health = registrationState(trunk, now)))
    void check()
  }

  async function check(): Promise<void> {
    const found = await settings.lookup(trunk.host).catch(() => null)
    // While the look-up fails, the last known addresses stay in use.
    if (found && !closed) carriers.set(line, [trunk.host, ...found])
    if (!trunk.register && Number.isFinite(settings.checkEveryMs)) {
      health = await userAgent
        .options(accountOf(trunk), settings.probeTimeoutMs)
        .then(optionsState, (error: unknown): TrunkState => ({
          state: 'failed',
          reason: `${trunk.host} could not be reached: ${messageOf(error)}`,
        }))
    }
    if (!closed && Number.isFinite(settings.checkEveryMs))
      nextCheck = clock.setTimeout(() => void check(), settings.checkEveryMs)
  }

  /** Probes an unresponsive carrier while the breaker is open: any response closes it. */
  async function probe(): Promise<void> {
    const status = await userAgent.options(accountOf(trunk), probeWithinMs).catch(() => timedOut)
    if (closed || !gate.isSilent()) probing = false
    else if (status === timedOut || status === 503) nextProbe = clock.setTimeout(() => void probe(), probeEveryMs)
    else {
      probing = false
      gate.recovered()
      // The carrier may have restarted and lost our registration.
      registration?.renew()
    }
  }

  const line: TrunkLine = {
    trunk,
    gate,
    account: () => accountOf(line.trunk),
    state() {
      const openUntil = gate.openUntil()
      if (openUntil === null) return health
      return {
        state: 'failed',
        reason: `Several calls in a row failed at the carrier, or it asked for a pause. No calls until ${new Date(openUntil).toISOString()}.`,
      }
    },
    report(outcome, sentAt) {
      gate.report(outcome, sentAt)
      if (closed || probing || !gate.isSilent()) return
      probing = true
      void probe()
    },
    async close() {
      closed = true
      nextProbe?.cancel()
      carriers.remove(line)
      nextCheck?.cancel()
      await begun
      await registration?.stop()
    },
  }
  carriers.set(line, [trunk.host])
  return line
}

/** One REGISTER or OPTIONS. */
export async function tryTrunk(
  trunk: Trunk,
  userAgent: UserAgent,
  clock: Clock,
  timeoutMs: number,
): Promise<{ ok: boolean; sip?: number; message: string; latencyMs: number }> {
  const startedAt = clock.monotonic()
  const { ok, sip, message } = await ask().catch((error: unknown) => ({
    ok: false,
    sip: undefined,
    message: `${trunk.host} could not be reached: ${messageOf(error)}`,
  }))
  const answered = sip !== undefined && sip !== timedOut
  return { ok, ...(answered && { sip }), message, latencyMs: Math.round(clock.monotonic() - startedAt) }

  async function ask(): Promise<{ ok: boolean; sip: number | undefined; message: string }> {
    if (trunk.register) {
      const { status, reason } = await userAgent.tryRegister(accountOf(trunk), timeoutMs)
      return { ok: status < 300, sip: status, message: registerMessage(trunk, status, reason) }
    }
    const status = await userAgent.options(accountOf(trunk), timeoutMs)
    const state = optionsState(status)
    return {
      ok: state.state === 'ready',
      sip: status,
      message: state.state === 'failed' ? state.reason : `${trunk.host} answered (${status}).`,
    }
  }
}

function registerMessage(trunk: Trunk, status: number, reason: string): string {
  if (status < 300) return `${trunk.host} accepted the registration of ${trunk.username}.`
  if (isRefusal(status)) return refusalMessage(trunk, status)
  if (status === timedOut) return noAnswer
  return `${trunk.host} refused the registration: ${status} ${reason}.`
}

const isRefusal = (status: number) => status === 401 || status === 403 || status === 407

const refusalMessage = ({ host, username }: Trunk, status: number) =>
  `${host} refused the user name or password of ${username} (${status}).`

/** RFC 3261 section 8.1.3.1: the status of a timeout. */
const timedOut = 408
const noAnswer = 'No answer. Check host, port and firewall.'

/** Many carriers refuse OPTIONS (404, 405, 401). Any response except the ones below shows that they are reachable. */
function optionsState(status: number): TrunkState {
  if (status === timedOut) return { state: 'failed', reason: noAnswer }
  if (status === 503) return { state: 'failed', sip: status, reason: 'The carrier is unavailable (503).' }
  if (status === 403) return { state: 'failed', sip: status, reason: 'The carrier does not serve our address (403).' }
  return { state: 'ready' }
}

function registrationState(trunk: Trunk, { state, detail }: Registration): TrunkState {
  if (state === 'registered') return { state, expiresAt: detail.expiresAt ?? 0 }
  if (state === 'registering') return { state }
  if (state === 'stopped') return { state: 'unregistered' }
  const { status, reason = 'The carrier refused the registration.' } = detail
  if (status === undefined) return { state: 'failed', reason }
  return { state: 'failed', sip: status, reason: isRefusal(status) ? refusalMessage(trunk, status) : reason }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
