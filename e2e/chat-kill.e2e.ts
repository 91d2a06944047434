import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { joinAsChatter } from './chatter.ts'
import type { Chatter } from './chatter.ts'
import { testOnBothDatabases } from './databases.ts'
import { seededRandom } from './random.ts'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'
import { until } from '../server/test/until.ts'

const kills = Number(process.env.KILLS ?? 100)
const seed = Number(process.env.SEED ?? 1)
const people = 20
const groups = 10
const mostMessagesPerKill = 100
const settings = {
  SIGN_UPS_PER_HOUR: '1000',
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_WORKSPACE_PER_MINUTE: '1000000',
}

testOnBothDatabases(
  `the server is killed ${kills} times while ${people} people chat: every acknowledged message is there once, and all have heard each of theirs once`,
  (databaseUrl) =>
    withScratch('chat-kill', async (folder) => {
      const random = seededRandom(seed)
      await using switchboard = await startSwitchboard({ folder, databaseUrl, settings })
      const chatters = await joinAll(switchboard.url)
      try {
        const chats = await openChats(chatters, random)
        for (const chatter of chatters) chatter.talk(chatIdsOf(chatter, chats), random)

        const readyMs: number[] = []
        let back = 0
        for (let kill = 0; kill < kills; kill++) {
          // Some clients reconnect only after several restarts, and receive the events of all of them.
          const present = back + Math.floor(random() * people)
          await until('people are back', () => countOf(chatters, comeBack) >= present, 60_000)
          const wanted = countOf(chatters, acknowledged) + random() * mostMessagesPerKill
          await until('messages arrive', () => countOf(chatters, acknowledged) > wanted, 60_000)
          await sleep(random() * 50)
          await switchboard.kill()
          back = countOf(chatters, comeBack)
          chatters[Math.floor(random() * people)]!.reopen()
          // Sometimes kills it again during its start.
          if (kill % 10 === 0) await switchboard.startAndKillAfter(random() * 1500)
          readyMs.push(await switchboard.start())
        }
        await Promise.all(chatters.map((chatter) => chatter.quiet()))
        await assertNothingLostNothingTwice(chatters, chats)
        const [messages, times] = [countOf(chatters, acknowledged), countOf(chatters, comeBack)]
        const longestMs = Math.round(Math.max(...readyMs))
        console.log(
          `${kills} kills, ${messages} acknowledgements, ${times} times back, at most ${longestMs} ms to ready`,
        )
      } finally {
        for (const chatter of chatters) chatter.close()
      }
    }),
)

type Chats = ReadonlyMap<string, readonly Chatter[]>

const acknowledged = (chatter: Chatter) => chatter.acknowledged.length
const comeBack = (chatter: Chatter) => chatter.came.back
const countOf = (chatters: readonly Chatter[], count: (chatter: Chatter) => number) =>
  chatters.reduce((sum, chatter) => sum + count(chatter), 0)

const joinAll = (url: string) => Promise.all(Array.from({ length: people }, (_, i) => joinAsChatter(url, `person${i}`)))

/** Returns groups of two to eleven users that cover every user, and one group of all. */
async function openChats(chatters: readonly Chatter[], random: () => number): Promise<Chats> {
  const chats = new Map<string, readonly Chatter[]>()
  for (let i = 0; i <= groups; i++) {
    const share = i === groups ? 1 : random() / 2
    const members = chatters.filter((_, n) => n % groups === i || random() < share)
    const [owner, ...others] = members as [Chatter, ...Chatter[]]
    const member_ids = others.map(({ userId }) => userId)
    for (const { email } of others) await owner.api.searchPeople({ query: { q: email } })
    const { id } = await owner.api.createChat({ body: { type: 'group', name: `Group ${i}`, member_ids } })
    chats.set(id, members)
  }
  return chats
}

const chatIdsOf = (chatter: Chatter, chats: Chats) =>
  [...chats].filter(([, members]) => members.includes(chatter)).map(([chatId]) => chatId)

async function assertNothingLostNothingTwice(chatters: readonly Chatter[], chats: Chats): Promise<void> {
  const history = new Map<string, Written[]>()
  for (const [chatId, [member]] of chats) history.set(chatId, await readAll(member!, chatId))

  for (const [chatId, messages] of history) {
    assert.deepEqual(
      messages.map(({ number }) => number),
      messages.map((_, i) => i + 1),
      'Numbered without a gap.',
    )
    const clientIds = messages.map(({ client_id }) => client_id)
    assert.equal(new Set(clientIds).size, clientIds.length, `Something is twice in chat ${chatId}.`)
  }
  const written = new Map([...history.values()].flat().map(({ id, client_id }) => [client_id, id]))
  const named = chatters.flatMap((chatter) => chatter.acknowledged)
  for (const { clientId, messageId } of named)
    assert.equal(written.get(clientId), messageId, `What was acknowledged as "${clientId}" is there.`)
  assert.equal(written.size, new Set(named.map(({ clientId }) => clientId)).size, 'All that is there was written.')

  for (const chatter of chatters) {
    const expected = chatIdsOf(chatter, chats).map((chatId) => history.get(chatId)!)
    const total = expected.reduce((sum, { length }) => sum + length, 0)
    await until('everything is heard', () => chatter.heard.length >= total, 60_000).catch(() => undefined)
    await chatter.settled()
    assert.equal(chatter.came.tooLate, 0, 'Some client lost events: they were no longer available.')
    const heardIn = Object.groupBy(chatter.heard, ({ chat_id }) => chat_id)
    for (const messages of expected) {
      const heard = heardIn[messages[0]!.chat_id] ?? []
      assert.deepEqual(
        heard.map(({ id, number }) => `${number} ${id}`),
        messages.map(({ id, number }) => `${number} ${id}`),
        'Each message was heard once, in order.',
      )
    }
    assert.equal(chatter.heard.length, total, 'Nothing else was heard.')
  }
}

interface Written {
  id: string
  chat_id: string
  number: number
  client_id: string
}

/** Returns the messages of a chat, oldest first. */
async function readAll({ api }: Chatter, chat_id: string): Promise<Written[]> {
  const messages: Written[] = []
  for (let cursor: string | undefined; ;) {
    const page = await api.listMessages({ query: { chat_id, limit: 200, cursor } })
    messages.push(...(page.data as Written[]))
    if (page.next_cursor === null) return messages.toReversed()
    cursor = page.next_cursor
  }
}
