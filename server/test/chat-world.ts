import type { SignedUp } from './server.ts'

/** A chat with one of everything in it, every text bearing the canary. */
export async function createChatWorld(owner: SignedUp, canary: string): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown) => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body as Record<string, string>
  }
  const { id: chat_id } = await made('/api/chats', { type: 'group', name: canary, member_ids: [] })
  const file = new FormData()
  file.set('file', new File([canary], `${canary}.txt`))
  const upload = await made('/api/upload', file)
  const message = await made('/api/messages/send', { chat_id, type: 'document', content: canary, file_id: upload.id })
  const poll = await made('/api/polls', { chat_id, question: canary, options: [canary, `not ${canary}`] })
  const room = await made('/api/video-calls/token', { chat_id, room_name: canary })
  await owner.put('/api/users/profile', { status: canary })
  return {
    chats: String(chat_id),
    uploads: String(upload.id),
    messages: String(message.id),
    polls: String(poll.id),
    'video-calls': String(room.call_id),
    rooms: canary,
  }
}
