import { deliverMessage, findMessage, listMessages } from '../src/platform/mail/messages.ts'
import { serverContext } from '../src/platform/services.ts'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

/** Returns the messages for this recipient, newest first, as the command line shows them. */
export async function messagesTo(server: TestServer, recipient: string) {
  const ctx = serverContext(server.app.services, { workspaceId: null })
  const mine = (await listMessages(ctx)).filter((message) => message.recipient === recipient)
  return Promise.all(mine.map(async ({ id }) => (await findMessage(ctx, id))!))
}

/** Waits for the n-th message to this recipient: a job writes it. */
export async function nthMessageTo(server: TestServer, recipient: string, n: number) {
  let messages: Awaited<ReturnType<typeof messagesTo>> = []
  await until(`message number ${n} to ${recipient} is there`, async () => {
    messages = await messagesTo(server, recipient)
    return messages.length >= n
  })
  return messages[0]!
}

/** Delivers one message now, whatever the job queue is doing. */
export const deliverNow = (server: TestServer, id: string) =>
  deliverMessage.run(serverContext(server.app.services, { workspaceId: null }), { id })

export const codeIn = (text: string | null): string => /\b\d{6}\b/.exec(text ?? '')![0]
