import { createEmbeddedGateway, type EmbeddedGateway, type EmbeddedOptions } from '../embedded/gateway.ts'
import type { InboundLeg, Leg, Playback, Recording } from '../gateway.ts'
import type { LegAudio } from '../live-audio/types.ts'
import { flattenError, type CallHandlers, type FromWorker, type ToWorker } from './protocol.ts'

/** The voice process: an embedded gateway at the end of an IPC channel. It lives no longer than its server. */

interface OpenLeg {
  leg: Leg
  inbound: InboundLeg | null
  playbacks: Map<string, Playback>
  /** The server's ids of playbacks, by the engine's. */
  playbackNames: Map<string, string>
  recording: Recording | null
  audio: LegAudio | null
  transfer: AbortController | null
}

/** Carriers get this long to confirm the hang-ups when the server is gone. */
const exitWithinMs = 1_500

const legs = new Map<string, OpenLeg>()
const aborts = new Map<string, AbortController>()
let handlers: CallHandlers | null = null
let gateway: EmbeddedGateway | null = null

// The server decides when calls end, also when a terminal or an init system signals the whole process group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

process.on('message', (message: ToWorker) => {
  if (message.t === 'start') void start(message.options)
  else void carryOut(message)
})

process.once('disconnect', () => {
  setTimeout(() => process.exit(0), exitWithinMs)
  void Promise.resolve(gateway?.close()).finally(() => process.exit(0))
})

function send(message: FromWorker): void {
  // With a callback a failure is no 'error' event, which would end this process with its calls still up: 'disconnect' follows.
  if (process.connected) process.send!(message, undefined, undefined, () => {})
}

async function start(options: EmbeddedOptions): Promise<void> {
  try {
    gateway = await createEmbeddedGateway(options)
  } catch (error) {
    send({ t: 'failed', message: flattenError(error).message })
    process.disconnect()
    return
  }
  handlers = handlersOf(gateway)
  send({ t: 'ready', sip: gateway.sip })
}

async function carryOut({ id, name, args }: Extract<ToWorker, { t: 'call' }>): Promise<void> {
  try {
    const handler = handlers![name] as (...args: unknown[]) => Promise<unknown>
    send({ t: 'reply', id, value: await handler(...args) })
  } catch (error) {
    send({ t: 'refusal', id, error: flattenError(error) })
  }
}

function handlersOf(gateway: EmbeddedGateway): CallHandlers {
  return {
    upsertTrunk: (trunk) => gateway.upsertTrunk(trunk),
    removeTrunk: (id) => gateway.removeTrunk(id),
    trunkState: (id) => gateway.trunkState(id),
    testTrunk: (trunk) => gateway.testTrunk(trunk),
    async originate(request) {
      const abort = new AbortController()
      aborts.set(request.attemptId, abort)
      try {
        follow(request.attemptId, await gateway.originate(request, abort.signal), null)
      } finally {
        aborts.delete(request.attemptId)
      }
    },
    async takeInbound() {
      gateway.onInbound((leg) => {
        send({ t: 'inbound', leg: leg.id, trunkId: leg.trunkId, from: leg.from, to: leg.to })
        follow(leg.id, leg, leg)
      })
    },
    listenAt: (address) => gateway.listenAt(address),
    load: () => gateway.load(),
    drain: (deadlineMs) => gateway.drain(deadlineMs),
    close: () => gateway.close(),
    async play(name, playbackName, media, options) {
      const open = legs.get(name)
      const playback = open?.leg.play(media, options)
      if (!open || !playback) return
      open.playbacks.set(playbackName, playback)
      open.playbackNames.set(playback.id, playbackName)
    },
    stopPlayback: async (name, playback) => (await legs.get(name)?.playbacks.get(playback)?.stop()) ?? 0,
    sendDtmf: async (name, keys) => legs.get(name)?.leg.sendDtmf(keys),
    async record(name, path) {
      const open = legs.get(name)
      if (open) open.recording = await open.leg.record(path)
    },
    stopRecording: async (name) => (await legs.get(name)?.recording?.stop()) ?? { durationMs: 0 },
    async openAudio(name, options) {
      const open = legs.get(name)
      if (open) open.audio = await open.leg.openAudio(options)
    },
    closeAudio: async (name) => legs.get(name)?.audio?.close(),
    async transfer(name, request) {
      const open = legs.get(name)
      if (!open) return { ok: false, cause: 'cancelled' }
      const cancel = new AbortController()
      const result = open.leg.transfer(request, cancel.signal)
      open.transfer ??= cancel
      try {
        return await result
      } finally {
        if (open.transfer === cancel) open.transfer = null
      }
    },
    cancelTransfer: async (name) => legs.get(name)?.transfer?.abort(),
    async hangup(name) {
      aborts.get(name)?.abort()
      await legs.get(name)?.leg.hangup()
    },
    answer: async (name) => legs.get(name)?.inbound?.answer(),
    reject: async (name, sip) => legs.get(name)?.inbound?.reject(sip),
  }
}

/** Sends a leg's events on, the server's names in place of the engine's, until it has ended. */
function follow(name: string, leg: Leg, inbound: InboundLeg | null): void {
  const open: OpenLeg = {
    leg,
    inbound,
    playbacks: new Map(),
    playbackNames: new Map(),
    recording: null,
    audio: null,
    transfer: null,
  }
  legs.set(name, open)
  void (async () => {
    for await (const event of leg.events) {
      send({
        t: 'event',
        leg: name,
        event: event.t === 'playback' ? { ...event, id: open.playbackNames.get(event.id) ?? event.id } : event,
      })
    }
    legs.delete(name)
  })()
}
