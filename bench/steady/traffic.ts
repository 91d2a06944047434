import { setTimeout as sleep } from 'node:timers/promises'
import { postTo } from '../post.ts'

/** A signed-in user with some contacts and a chat. */
export interface Member {
  token: string
  userId: string
  workspaceId: string
  contactIds: string[]
  chatIds: string[]
}

export interface Answer {
  /** The scheduled time, in ms of `performance.now()`. */
  at: number
  /** From the scheduled time to the end of the response, so that stalls of the server count. */
  ms: number
  /** 0 without a response. */
  status: number
}

export const unlimited = {
  SIGN_UPS_PER_HOUR: '10000',
  RATE_LIMIT_PER_MINUTE: '10000000',
  RATE_LIMIT_WORKSPACE_PER_MINUTE: '10000000',
  RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '10000000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '10000000',
}

/** Signs up a user with a workspace of their own and `contacts` contacts. */
export async function signUp(url: string, name: string, contacts: number): Promise<Member> {
  const post = postTo(Number(new URL(url).port))
  const { access_token: token, user } = await post('/api/auth/register', {
    email: `${name}@example.com`,
    password: 'correct horse battery',
    name,
  })
  const contactIds: string[] = []
  for (let i = 0; i < contacts; i++) contactIds.push((await post('/api/contacts', contact(i), token)).id)
  return { token, userId: user.id, workspaceId: user.workspace.id, contactIds, chatIds: [] }
}

/** Creates a group chat of these members. The first is its owner. */
export async function openChat(url: string, name: string, [owner, ...others]: Member[]): Promise<void> {
  const member_ids = others.map(({ userId }) => userId)
  const { id } = await postTo(Number(new URL(url).port))(
    '/api/chats',
    { type: 'group', name, member_ids },
    owner?.token,
  )
  for (const member of [owner, ...others]) member?.chatIds.push(id)
}

let contactNumber = 0
const contact = (i: number) => ({
  first_name: `Ana ${i}`,
  last_name: 'Silva',
  phone_number: `+1555${2_000_000 + contactNumber++}`,
  notes: 'Called last week about the order; prefers mornings.',
})

type Send = (url: string, member: Member, n: number) => Promise<Response>
const get: (path: (member: Member, n: number) => string) => Send = (path) => (url, member, n) =>
  fetch(`${url}${path(member, n)}`, { headers: { authorization: `Bearer ${member.token}` } })
const post =
  (path: string, body: (member: Member, n: number) => object): Send =>
  (url, member, n) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${member.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body(member, n)),
    })
const list = get(() => '/api/contacts?limit=50')
const one = get(({ contactIds }, n) => `/api/contacts/${contactIds[n % contactIds.length]}`)
const insert = post('/api/contacts', (_, n) => contact(n))
const message = post('/api/messages/send', ({ chatIds }, n) => ({
  chat_id: chatIds[n % chatIds.length],
  content: 'The meeting is moved to three, in the room upstairs. Bring the figures, please.',
}))
const mix = [list, one, one, list, insert, one, message]

/**
 * Sends `perSecond` requests a second, evenly and independently of the responses, until the signal aborts: lists of 50, single rows,
 * inserts and chat messages, 2 : 3 : 1 : 1. Resolves when all responses have arrived.
 */
export async function sendSteadily(
  url: string,
  members: readonly Member[],
  perSecond: number,
  signal: AbortSignal,
  answered: (answer: Answer) => void,
): Promise<void> {
  const startedAt = performance.now()
  const sending = new Set<Promise<void>>()
  for (let n = 0; !signal.aborted; n++) {
    const at = startedAt + (n * 1000) / perSecond
    await sleep(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    const one = send(url, members[n % members.length] as Member, n).then((status) => {
      answered({ at, ms: performance.now() - at, status })
      sending.delete(one)
    })
    sending.add(one)
  }
  await Promise.all(sending)
}

async function send(url: string, member: Member, n: number): Promise<number> {
  try {
    const response = await (mix[n % mix.length] as Send)(url, member, n)
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Returns the quantile of the values. */
export function percentile(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

/** Returns `503 × 4, 0 × 1`, or an empty text when all requests succeeded. */
export function failuresOf(answers: readonly Answer[]): string {
  const counts = new Map<number, number>()
  for (const { status } of answers) if (status < 200 || status > 299) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${status} × ${count}`).join(', ')
}
