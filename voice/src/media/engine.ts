import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'

import { anyHost } from '../addresses.ts'
import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { createAudioLibrary } from './audio/library.ts'
import { systemLookup } from '../sip/transport/system-lookup.ts'
import { createPacer } from './rtp/pacer.ts'
import { createPortPool, NoPorts } from './rtp/ports.ts'
import { createSession } from './session.ts'
import type { MediaEngine, MediaEngineOptions, MediaHandlers, MediaSession } from './types.ts'

const defaultMediaTimeoutMs = 30_000
/** 2.25 hours of G.711. */
const libraryBytes = 64 * 1024 * 1024

/** Creates the media side of the telephone engine. Throws a `RangeError` when the port range is empty. */
export function createMediaEngine(options: MediaEngineOptions & { clock?: Clock }): MediaEngine {
  const clock = options.clock ?? systemClock
  const ports = createPortPool(options.portRange)
  const pacer = createPacer(clock)
  const library = createAudioLibrary(libraryBytes)
  const sessions = new Set<ReturnType<typeof createSession>>()
  let isClosed = false

  async function createOn(port: number, handlers: MediaHandlers): Promise<MediaSession | null> {
    let pair: { rtp: Socket; rtcp: Socket } | null = null
    try {
      pair = await bindPair(options.host, port)
    } finally {
      if (pair === null) ports.give(port)
    }
    if (pair === null) return null
    const session = createSession({
      ...pair,
      clock,
      pacer,
      library,
      handlers,
      port,
      advertisedHost: options.advertisedHost ?? options.host,
      mediaTimeoutMs: options.mediaTimeoutMs ?? defaultMediaTimeoutMs,
      mayReach: options.mayReach ?? anyHost,
      lookUp: options.lookUp ?? systemLookup(options.host),
      onClosed() {
        ports.give(port)
        sessions.delete(session)
      },
    })
    sessions.add(session)
    if (isClosed) session.close()
    return session
  }

  async function openSession(handlers: MediaHandlers): Promise<MediaSession> {
    if (isClosed) throw new Error('The media engine is closed.')
    for (let attempts = ports.free(); attempts > 0; attempts--) {
      const port = ports.take()
      if (port === null) break
      const session = await createOn(port, handlers)
      if (session) return session
    }
    throw new NoPorts(options.portRange)
  }

  return {
    createSession: openSession,
    everyFrame: (tick) => pacer.add({ tick }),
    lateness: pacer.lateness,
    freePorts: ports.free,
    async close() {
      isClosed = true
      const ending = [...sessions]
      for (const session of ending) session.close()
      await Promise.all(ending.map((session) => session.closed))
      pacer.close()
    },
  }
}

/** Returns null when another program uses one of the two ports. */
async function bindPair(host: string, port: number): Promise<{ rtp: Socket; rtcp: Socket } | null> {
  const rtp = await bind(host, port)
  if (rtp === null) return null
  try {
    const rtcp = await bind(host, port + 1)
    if (rtcp) return { rtp, rtcp }
  } catch (error) {
    rtp.close()
    throw error
  }
  rtp.close()
  return null
}

function bind(host: string, port: number): Promise<Socket | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | null>()
  // The address is numeric, so that sending a packet needs no name look-up.
  const socket = createSocket({
    type: 'udp4',
    lookup: (address, _options, done) => done(null, address, 4),
  })
  const refuse = (error: NodeJS.ErrnoException) => {
    socket.close()
    if (error.code === 'EADDRINUSE') resolve(null)
    else reject(error)
  }
  socket.once('error', refuse)
  socket.bind(port, host, () => {
    socket.off('error', refuse)
    resolve(socket)
  })
  return promise
}
