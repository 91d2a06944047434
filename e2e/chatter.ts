import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, createClient, createLive } from '../client/src/index.ts'
import type { Client, Live } from '../client/src/index.ts'

/** A message as every member of the chat receives it. */
export interface HeardMessage {
  id: string
  chat_id: string
  number: number
}

/** A message that the server has acknowledged. */
export interface Acknowledged {
  chatId: string
  clientId: string
  messageId: string
}

/** A user who chats like an app: each message has its own client id and is sent until it is acknowledged. */
export interface Chatter {
  readonly api: Client
  readonly userId: string
  readonly email: string
  readonly acknowledged: readonly Acknowledged[]
  /** The durable messages received over the socket, in order. */
  readonly heard: readonly HeardMessage[]
  /** How often the socket received the events it had missed, and how often they were no longer available. */
  readonly came: { back: number; tooLate: number }
  /** Writes to these chats in random order until `quiet`. */
  talk(chatIds: readonly string[], random: () => number): void
  /** Stops writing. Resolves when all messages are acknowledged. */
  quiet(): Promise<void>
  /** Closes the app and opens it again. It continues at its last event. */
  reopen(): void
  /** Resolves when all events that the server has sent so far were received. */
  settled(): Promise<void>
  close(): void
}

const longestSilenceMs = 300
const resendAfterMs = 50
/** The share of messages that are sent twice at once, like a double click. */
const impatience = 0.1

export async function joinAsChatter(url: string, name: string): Promise<Chatter> {
  const email = `${name}@example.com`
  const { access_token: token, user } = await createClient({ url }).register({
    body: { email, password: 'correct horse battery', name },
  })
  const api = createClient({ url, token })
  const acknowledged: Acknowledged[] = []
  const heard: HeardMessage[] = []
  const came = { back: 0, tooLate: 0 }
  const talk = { goesOn: false, ended: Promise.resolve() }

  const open = (after?: string): Live => {
    const live = createLive({ url, token, after })
    live.on('chat:message', (data) => heard.push(data as HeardMessage))
    live.on('resumed', () => came.back++)
    live.on('resync', () => came.tooLate++)
    return live
  }
  const firstHeard = Promise.withResolvers<void>()
  let live = open()
  live.on('resumed', () => firstHeard.resolve())
  await firstHeard.promise

  const send = async (chatId: string, clientId: string): Promise<void> => {
    const body = { chat_id: chatId, client_id: clientId, content: `This is ${clientId}.` }
    for (;;) {
      try {
        const { id } = await api.sendMessage({ body })
        acknowledged.push({ chatId, clientId, messageId: id })
        return
      } catch (error) {
        if (error instanceof ApiError && error.status !== 503) throw error
        await sleep(resendAfterMs)
      }
    }
  }

  const write = async (chatIds: readonly string[], random: () => number): Promise<void> => {
    for (let i = 0; talk.goesOn; i++) {
      const chatId = chatIds[Math.floor(random() * chatIds.length)]!
      const clientId = `${name} ${i}`
      const times = random() < impatience ? 2 : 1
      await Promise.all(Array.from({ length: times }, () => send(chatId, clientId)))
      await sleep(random() * longestSilenceMs)
    }
  }

  return {
    api,
    userId: user.id,
    email,
    acknowledged,
    heard,
    came,
    talk(chatIds, random) {
      talk.goesOn = true
      talk.ended = write(chatIds, random)
      // `quiet` throws on a refusal.
      talk.ended.catch(() => undefined)
    },
    async quiet() {
      talk.goesOn = false
      await talk.ended
    },
    reopen() {
      live.close()
      live = open(live.after())
    },
    settled() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = live.on('pong', () => {
        stop()
        resolve()
      })
      live.send('ping')
      return promise
    },
    close: () => live.close(),
  }
}
