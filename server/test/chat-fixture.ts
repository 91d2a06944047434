import type { SignedUp } from './server.ts'

/** A chat with one of everything in it, every text bearing the marker. */
export async function createChatFixture(owner: SignedUp, marker: string): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown) => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body as Record<string, string>
  }
  const { id: chat_id } = await made('/api/chats', { type: 'group', name: marker, member_ids: [] })
  const file = new FormData()
  file.set('file', new File([marker], `${marker}.txt`))
  const upload = await made('/api/upload', file)
  const message = await made('/api/messages/send', { chat_id, type: 'document', content: marker, file_id: upload.id })
  const poll = await made('/api/polls', { chat_id, question: marker, options: [marker, `not ${marker}`] })
  const room = await made('/api/video-calls/token', { chat_id, room_name: marker })
  await owner.put('/api/users/profile', { status: marker, about: marker })
  return {
    chats: String(chat_id),
    uploads: String(upload.id),
    messages: String(message.id),
    polls: String(poll.id),
    'video-calls': String(room.call_id),
    rooms: marker,
  }
}
