import type { CalleeBehaviour, CarriedCall, PlacedCall, PlacedCallState } from '../callee.ts'
import { createMediaEngine } from '../media/engine.ts'
import type { MediaEngine } from '../media/types.ts'
import { createSchedule } from '../schedule.ts'
import { openUdp, type OpenTransport } from '../sip/transport/transport.ts'
import type { IncomingCall, SipReply, SipRequestView, UserAgent } from '../sip/types.ts'
import { createUserAgent } from '../sip/user-agent.ts'
import { actOut, pressKeys } from './callee-line.ts'
import { createDigestCheck, type DigestCheck } from './digest-check.ts'

export interface LoopbackCarrierOptions {
  /** Address to listen on: a loopback one, since this carrier makes no real calls. */
  host: string
  /** Default 0, a free one. */
  port?: number
  /** What happens when a number is dialled. */
  behaviour: (to: string) => CalleeBehaviour
  /** The password of every account. Without it no authentication is required. */
  password?: string
  /** Default 30000 to 32767. */
  rtpPorts?: { from: number; to: number }
}

/** A telephone company on this machine, with subscribers made of data: for the demo and for tests over real sockets. */
export interface LoopbackCarrier {
  readonly host: string
  readonly port: number
  /** Every call that came, in order. Challenged INVITEs count once, by the one that carried the password. */
  readonly carried: readonly CarriedCall[]
  /** Contacts registered now, by user. */
  readonly registered: ReadonlyMap<string, ReadonlySet<string>>
  /** Makes a subscriber place a call. */
  place(call: PlacedCall, target: { host: string; port: number }): PlacedCallState
  close(): Promise<void>
}

const realm = 'loopback'
/** All its customers are at one address. */
const unlimited = { messagesPerSecond: 1e6, newRequestsPerSecond: 1e6 }

/** Rejects when `port` is taken. */
export async function createLoopbackCarrier(options: LoopbackCarrierOptions): Promise<LoopbackCarrier> {
  const carried: CarriedCall[] = []
  const registered = new Map<string, Set<string>>()
  const check = options.password === undefined ? null : createDigestCheck(realm, options.password)
  const userAgent = await createUserAgent(
    { host: options.host, port: options.port ?? 0, userAgent: 'Loopback', sourceLimits: unlimited },
    deafTo(unreachable),
  )
  const media = createMediaEngine({ host: options.host, portRange: options.rtpPorts ?? { from: 30_000, to: 32_767 } })

  function recordCall(callId: string, from: string, to: string): CarriedCall {
    const record: CarriedCall = {
      at: Date.now(),
      callId,
      from,
      to,
      keysHeard: '',
      answered: false,
      over: false,
      rtp: null,
      hangUp() {},
      press() {},
    }
    carried.push(record)
    return record
  }

  /** An INVITE for a number from which nothing comes back: logged once, then lost. */
  function unreachable(invite: string): boolean {
    const to = /^INVITE sips?:([^@;>\s]+)@/.exec(invite)?.[1]
    if (to === undefined || options.behaviour(to).does !== 'nothing') return false
    const callId = /^Call-ID:\s*(\S+)/im.exec(invite)?.[1] ?? ''
    if (!carried.some((call) => call.callId === callId)) recordCall(callId, '', to)
    return true
  }

  userAgent.onInvite(
    () => true,
    (call: IncomingCall) => {
      const verdict = check?.verdict('INVITE', call.header('Authorization')) ?? 'right'
      if (verdict === 'missing') return call.reject(401, { 'WWW-Authenticate': check!.challenge })
      if (verdict === 'wrong') return call.reject(403)
      actOut(call, recordCall(call.callId, call.from, call.to), options.behaviour, media)
    },
  )
  userAgent.onRequest('REGISTER', (request) => register(request, check, registered))

  return {
    host: userAgent.host,
    port: userAgent.port,
    carried,
    registered,
    place(call, target) {
      const state: PlacedCallState = { state: 'calling', status: null, hangUp() {} }
      placeCall(call, target, state, userAgent, media).catch((error: unknown) => {
        state.state = 'over'
        process.emitWarning(error instanceof Error ? error : String(error))
      })
      return state
    },
    async close() {
      await userAgent.close()
      await media.close()
    },
  }
}

const grantedSeconds = 300

function register(request: SipRequestView, check: DigestCheck | null, registered: Map<string, Set<string>>): SipReply {
  const verdict = check?.verdict('REGISTER', request.header('Authorization')) ?? 'right'
  if (verdict === 'missing') return { status: 401, headers: { 'WWW-Authenticate': check!.challenge } }
  if (verdict === 'wrong') return { status: 403 }
  const contact = request.header('Contact')
  const user = /sips?:([^@;>]+)@/.exec(request.header('To') ?? '')?.[1]
  if (!contact || !user) return { status: 400 }
  const seconds = Math.min(Number(request.header('Expires') ?? grantedSeconds), grantedSeconds)
  const contacts = registered.get(user) ?? new Set()
  if (seconds > 0) contacts.add(contact)
  else contacts.delete(contact)
  registered.set(user, contacts)
  return { status: 200, headers: { Contact: `${contact};expires=${seconds}`, Expires: String(seconds) } }
}

async function placeCall(
  call: PlacedCall,
  target: { host: string; port: number },
  state: PlacedCallState,
  userAgent: UserAgent,
  media: MediaEngine,
): Promise<void> {
  const schedule = createSchedule()
  const session = await media.createSession({})
  const over = (status?: number) => {
    schedule.end()
    session.close()
    state.state = 'over'
    state.status ??= status ?? null
  }
  const sip = userAgent.invite(
    {
      account: { ...target, username: call.from, password: '' },
      callId: `${crypto.randomUUID()}@${userAgent.host}`,
      to: call.to,
      from: call.from,
      offer: session.offer(),
      ringTimeoutMs: call.givesUpAfterMs ?? 60_000,
    },
    {
      onProgress(status) {
        if (status >= 180) state.state = 'ringing'
      },
      onAnswer(sdp) {
        session.applyAnswer(sdp)
        session.start()
        state.state = 'answered'
        state.status = 200
        pressKeys(session, call.keys ?? [], schedule)
      },
      onFailure: over,
      onBye: () => over(),
      onReoffer: (sdp) => session.answerOffer(sdp),
    },
  )
  state.hangUp = () => {
    if (state.state === 'over') return
    if (state.state === 'answered') over()
    void sip.hangup()
  }
}

/** A transport that loses what `lost` says. */
function deafTo(lost: (message: string) => boolean): OpenTransport {
  return (local, receive) =>
    openUdp(local, (data, source) => {
      if (!lost(data.toString('latin1'))) receive(data, source)
    })
}
