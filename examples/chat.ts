import assert from 'node:assert/strict'
import { signUp } from './people.ts'

interface Message {
  id: string
  content: string
}

/** A day of two people who write to each other: messages, a reaction, a poll, what was read, a video call. */
export async function chatDay(url: string): Promise<void> {
  using ana = await signUp(url, 'Ana')
  using ben = await signUp(url, 'Ben')

  // People are found by exact address only, so that no one can browse all users of the installation.
  const { data: found } = await ana.api.searchPeople({ query: { q: ben.email } })
  const chat = await ana.api.createChat({ body: { type: 'dm', member_ids: [found[0]!.id] } })
  const again = await ben.api.createChat({ body: { type: 'dm', member_ids: [ana.id] } })
  console.log(`Ana finds ${found[0]!.name} by address and opens a chat; opening it again answers the same one.`)

  // A client_id makes it harmless to send a message again after a lost connection.
  const body = { chat_id: chat.id, content: 'Lunch on Friday?', client_id: 'from-anas-telephone-1' }
  const sent = await ana.api.sendMessage({ body })
  const resent = await ana.api.sendMessage({ body })
  const received = await ben.receives<Message>('chat:message')
  console.log(`Ben's telephone shows: "${received.content}"`)

  const unread = (await ben.api.getChat({ path: { id: chat.id } })).unread_count
  await ben.api.toggleReaction({ body: { message_id: sent.id, emoji: '👍' } })
  await ben.api.readMessages({ body: { chat_id: chat.id, message_id: sent.id } })
  await ana.receives('chat:reaction')
  await ana.receives('chat:read')
  console.log('Ana sees that he has read it, and his thumb.')

  const poll = await ben.api.createPoll({
    body: { chat_id: chat.id, question: 'Where?', options: ['Tasca do Rui', 'Café Central'] },
  })
  const [tasca] = poll.options
  await ana.receives<Message>('chat:message', ({ id }) => id === poll.message_id)
  for (const { api } of [ana, ben]) await api.castVote({ body: { poll_id: poll.id, option_ids: [tasca!.id] } })
  await ana.receives<{ options: { votes: number }[] }>('poll:update', ({ options }) => options[0]?.votes === 2)
  console.log(`Both vote for ${tasca!.text}.`)

  const menu = new FormData()
  menu.append('file', new Blob(['Bacalhau à Brás\n'], { type: 'text/plain' }), 'menu.txt')
  const file = await ana.api.uploadFile({ body: menu })
  await ana.api.sendMessage({ body: { chat_id: chat.id, type: 'document', file_id: file.id, content: 'The menu' } })
  const { data: hits } = await ben.api.searchMessages({ query: { q: 'menu', chat_id: chat.id } })
  console.log(`Ana sends ${file.filename}; Ben finds it again by searching.`)

  // Without an account at a video service the browsers connect to each other, signalled over our socket.
  const invitation = await ana.api.createVideoToken({ body: { chat_id: chat.id } })
  const ring = await ben.receives<{ room_name: string }>('call:ring')
  await ben.api.createVideoToken({ body: { room_name: ring.room_name } })
  await ana.receives('call:accepted')
  await ana.api.endVideoCall({ body: { room_name: invitation.room_name } })
  const call = await ben.receives<{ status: string; participants: unknown[] }>('call:ended')
  console.log(`They talk by video (${invitation.provider}) and hang up.`)

  await ana.api
    .leaveChat({ path: { id: chat.id } })
    .catch(({ message }: Error) => console.log(`A dm stays: ${message}`))
  const { data: messages } = await ben.api.listMessages({ query: { chat_id: chat.id } })
  const facts = {
    sameChat: again.id,
    sameMessage: resent.id,
    unread,
    messages: messages.map(({ type }) => type),
    reactions: messages.at(-1)?.reactions,
    votes: messages[1]?.poll?.options.map(({ votes }) => votes),
    found: hits.map(({ content }) => content),
    call: [call.status, call.participants.length],
  }
  assert.deepEqual(facts, {
    sameChat: chat.id,
    sameMessage: sent.id,
    unread: 1,
    messages: ['document', 'poll', 'text'],
    reactions: [{ emoji: '👍', count: 1, user_ids: [ben.id] }],
    votes: [2, 0],
    found: ['The menu'],
    call: ['ended', 2],
  })
}

if (import.meta.main) await chatDay(process.argv[2] ?? 'http://127.0.0.1:3001')
