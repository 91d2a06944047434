import type { CalleeBehaviour, CarriedCall, PlacedCall, PlacedCallState } from '../callee.ts'
import type { Clock } from '../clock.ts'
import { createSchedule } from '../schedule.ts'
import type { IncomingCall, InviteHandlers, SipAccount, SipCall, UserAgent } from '../sip/types.ts'
import type { SimSession } from './media-engine.ts'
import type { SimNetwork } from './network.ts'

export interface SimUserAgentOptions {
  clock: Clock
  behaviour: (to: string) => CalleeBehaviour
  /** What the carrier makes of an account. */
  account: (account: SipAccount) => 'accepted' | 'refused' | 'unreachable'
}

export interface SimUserAgent extends UserAgent {
  /** Every INVITE that reached the carrier, in order. */
  readonly carried: CarriedCall[]
  /** Simulates an inbound call from the address of a carrier. */
  place(call: PlacedCall, fromHost: string): PlacedCallState
}

/** RFC 3261 timer B: how long an INVITE without a response is repeated. */
const timerBMs = 32_000
const registrationMs = 3_600_000

/** A simulated telephone network: implements the interface of the user agent with scripted behaviours. */
export function createSimUserAgent(
  { clock, behaviour, account: accountState }: SimUserAgentOptions,
  network: SimNetwork,
): SimUserAgent {
  const carried: CarriedCall[] = []
  let allowed: (source: { host: string; port: number }) => boolean = () => false
  let takeCall: ((call: IncomingCall) => void) | null = null
  let placed = 0

  function invite(request: Parameters<UserAgent['invite']>[0], handlers: InviteHandlers): SipCall {
    const schedule = createSchedule(clock)
    const record: CarriedCall = {
      at: clock.now(),
      callId: request.callId,
      from: request.from,
      to: request.to,
      keysHeard: '',
      answered: false,
      over: false,
      rtp: null,
      hangUp: remoteHangUp,
      press: (key) => record.answered && !record.over && session?.hear(key),
    }
    const session = network.sessions.get(request.offer)
    const access = accountState(request.account)
    const callee: CalleeBehaviour =
      access === 'unreachable'
        ? { does: 'nothing' }
        : access === 'refused'
          ? { does: 'reject', status: 403, afterMs: 0 }
          : behaviour(request.to)
    carried.push(record)

    function over(): void {
      schedule.end()
      record.over = true
    }
    function fail(status: number): void {
      over()
      handlers.onFailure?.(status, '')
    }
    function answer(): void {
      if (callee.does !== 'answer') return
      schedule.end()
      live.schedule = createSchedule(clock)
      record.answered = true
      handlers.onAnswer?.(request.offer)
      if (session) {
        session.onKeysSent = (keys) => (record.keysHeard += keys)
        session.echoes = callee.echoes ?? false
        session.line = callee.line
      }
      for (const { key, afterMs } of callee.keys ?? []) live.schedule.after(afterMs, () => session?.hear(key))
      if (callee.goesSilentAfterMs !== undefined)
        live.schedule.after(callee.goesSilentAfterMs, () => session?.fallSilent())
      if (callee.hangUpAfterMs !== undefined) live.schedule.after(callee.hangUpAfterMs, remoteHangUp)
    }

    function remoteHangUp(): void {
      if (record.over) return
      if (!record.answered) return fail(603)
      over()
      live.schedule.end()
      handlers.onBye?.()
    }

    const live = { schedule }
    if (callee.does === 'nothing') schedule.after(timerBMs, () => fail(408))
    else {
      schedule.after(request.ringTimeoutMs, () => fail(487))
      schedule.after(0, () => handlers.onProgress?.(100, null))
      if (callee.does !== 'reject') schedule.after(0, () => handlers.onProgress?.(180, null))
      if ('earlyMedia' in callee && callee.earlyMedia)
        schedule.after(0, () => handlers.onProgress?.(183, request.offer))
      if (callee.does === 'answer') schedule.after(callee.afterMs, answer)
      if (callee.does === 'reject') schedule.after(callee.afterMs, () => fail(callee.status))
    }

    return {
      callId: request.callId,
      peerAddress: () => null,
      async hangup() {
        over()
        live.schedule.end()
      },
      reinvite: async () => request.offer,
      async refer(to) {
        if (callee.does !== 'answer' || callee.refer !== 'accept') return 603
        actOutRefer(to)
        return 202
      },
    }

    /** The carrier calls the target itself and reports the progress. */
    function actOutRefer(to: string): void {
      const target = behaviour(to)
      if (target.does === 'nothing') return
      live.schedule.after(0, () => handlers.onReferProgress?.(target.does === 'reject' ? 100 : 180))
      if (target.does === 'answer') live.schedule.after(target.afterMs, () => handlers.onReferProgress?.(200))
      if (target.does === 'reject') live.schedule.after(target.afterMs, () => handlers.onReferProgress?.(target.status))
    }
  }

  function place(request: PlacedCall, fromHost: string): PlacedCallState {
    const result: PlacedCallState = { state: 'calling', status: null, hangUp }
    const source = { host: fromHost, port: 5060 }
    if (!takeCall || !allowed(source)) return result
    let schedule = createSchedule(clock)
    function hangUp(): void {
      const { state } = result
      if (state === 'over') return
      over(487)
      if (state === 'answered') call.handlers.onBye?.()
      else call.handlers.onFailure?.(487, '')
    }
    const over = (status?: number) => {
      schedule.end()
      result.state = 'over'
      result.status ??= status ?? null
    }
    const call: IncomingCall = {
      callId: `sim-inbound-${++placed}@${fromHost}`,
      peerAddress: () => null,
      from: request.from,
      to: request.to,
      source,
      offer: 'sim-caller',
      handlers: {},
      header: () => undefined,
      ring: () => (result.state = 'ringing'),
      progress() {},
      answer(sdp) {
        schedule.end()
        schedule = createSchedule(clock)
        result.state = 'answered'
        result.status = 200
        const session: SimSession | undefined = network.sessions.get(sdp)
        for (const { key, afterMs } of request.keys ?? []) schedule.after(afterMs, () => session?.hear(key))
      },
      reject: (status) => over(status),
      async hangup() {
        over()
      },
      reinvite: async () => 'sim-caller',
      refer: async () => 603,
    }
    schedule.after(request.givesUpAfterMs ?? 60_000, hangUp)
    takeCall(call)
    return result
  }

  return {
    host: '127.0.0.1',
    port: 5060,
    carried,
    place,
    invite,
    register(account, onChange) {
      const registration = {
        state: 'registering' as UserAgentRegistration['state'],
        detail: {} as UserAgentRegistration['detail'],
        renew() {},
        stop: async () => stop(),
      }
      function change(state: UserAgentRegistration['state'], detail: UserAgentRegistration['detail']): void {
        Object.assign(registration, { state, detail })
        onChange(registration)
      }
      const timer = clock.setTimeout(() => {
        const access = accountState(account)
        if (access === 'accepted') change('registered', { status: 200, expiresAt: clock.now() + registrationMs })
        else
          change(
            'failed',
            access === 'refused' ? { status: 403, reason: 'Forbidden' } : { status: 408, reason: 'Request Timeout' },
          )
      }, 0)
      function stop(): void {
        timer.cancel()
        change('stopped', {})
      }
      return registration
    },
    options: async (account) => statusOf(accountState(account)),
    tryRegister: async (account) => ({ status: statusOf(accountState(account)), reason: '' }),
    onInvite(allow, handler) {
      allowed = allow
      takeCall = handler
    },
    onRequest() {},
    openTransactions: () => 0,
    async close() {},
  }
}

type UserAgentRegistration = ReturnType<UserAgent['register']>

const statusOf = (access: ReturnType<SimUserAgentOptions['account']>) =>
  ({ accepted: 200, refused: 403, unreachable: 408 })[access]
