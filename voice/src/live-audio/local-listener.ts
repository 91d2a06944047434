import { createChannels } from './channels.ts'
import type { Attachment, AudioHub } from './hub.ts'
import type { AudioListener, TakeChannel } from './types.ts'

/** Connects a listener in the same process as the calls: for tests, and for handlers that take no time. */
export function listenLocally(hub: AudioHub, take: TakeChannel): AudioListener {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let attachment: Attachment | null = null
  const channels = createChannels(
    {
      audio: (channel, samples) => attachment?.audio(channel, samples),
      mark: (channel, mark) => attachment?.mark(channel, mark),
      flush: (channel, flush) => attachment?.flush(channel, flush),
    },
    take,
  )
  const attached = hub.attach(channels, () => {
    channels.end()
    resolve()
  })
  attachment = attached
  return { closed, close: async () => attached.detach() }
}
