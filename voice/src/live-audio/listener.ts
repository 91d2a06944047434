import { createConnection } from 'node:net'
import { createChannels } from './channels.ts'
import {
  bytesOf,
  createFrameReader,
  encodeFrame,
  ends,
  kinds,
  protocolVersion,
  samplesOf,
  type Frame,
} from './frames.ts'
import type { AudioAddress, AudioListener, TakeChannel } from './types.ts'

export type {
  AudioAddress,
  AudioChannel,
  AudioEnd,
  AudioHandlers,
  AudioListener,
  Flushed,
  TakeChannel,
} from './types.ts'

const connectWithinMs = 5_000

/**
 * Connects a process to the live audio of a voice process on this machine, in place of the listener before. `take` is
 * called for every channel, including those already open. Rejects when nothing listens there or the token is wrong.
 * When `closed` resolves the caller has to connect again.
 */
export async function connectAudioListener({ path, token }: AudioAddress, take: TakeChannel): Promise<AudioListener> {
  const socket = createConnection(path)
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const { promise: welcomed, resolve: welcome, reject: refuse } = Promise.withResolvers<void>()
  const late = setTimeout(() => socket.destroy(), connectWithinMs)
  const send = (kind: number, channel: number, count: number, payload?: Uint8Array) =>
    void socket.write(encodeFrame(kind, channel, count, payload))
  const channels = createChannels(
    {
      audio: (channel, samples) => send(kinds.speech, channel, 0, bytesOf(samples)),
      mark: (channel, mark) => send(kinds.mark, channel, mark),
      flush: (channel, flush) => send(kinds.flush, channel, flush),
    },
    take,
  )

  function receive({ kind, channel, count, payload }: Frame): boolean {
    if (kind === kinds.welcome) welcome()
    else if (kind === kinds.opened) channels.opened(channel, payload.toString(), count)
    else if (kind === kinds.heard) channels.heard(channel, samplesOf(payload), count)
    else if (kind === kinds.progress) channels.progress(channel, count, payload.readUInt32LE())
    else if (kind === kinds.marked) channels.marked(channel, payload.readUInt32LE(), count)
    else if (kind === kinds.flushed) channels.flushed(channel, payload.readUInt32LE(), count)
    else if (kind === kinds.underrun) channels.underrun(channel)
    else if (kind === kinds.lost) channels.lost(channel, count)
    else if (kind === kinds.closed) channels.closed(channel, ends[count] ?? 'closed')
    return true
  }

  const reader = createFrameReader(receive)
  let failure: Error | null = null
  socket.on('connect', () => send(kinds.hello, 0, protocolVersion, Buffer.from(token)))
  socket.on('data', (chunk) => void (reader.read(chunk) || socket.destroy()))
  socket.on('error', (error) => (failure = error))
  socket.on('close', () => {
    clearTimeout(late)
    channels.end()
    close()
    const cause = failure ?? undefined
    refuse(
      new Error(`The voice process at ${path} did not take this listener: is it running, and is the token its own?`, {
        cause,
      }),
    )
  })
  await welcomed
  clearTimeout(late)
  return {
    closed,
    close() {
      socket.end()
      return closed
    },
  }
}
