import { sentence, skewed } from './distributions.ts'
import type { Request, Fixture, BenchmarkCase } from './benchmark-case.ts'

const claimed = 1_000_000
const people = 500
const chats = 2_000
/** The caller's chats by size: the biggest one, and a few of the others. */
const mine = [1, 2, 10, ...Array.from({ length: 17 }, (_, i) => 40 + 113 * i)]

export const messages: BenchmarkCase = {
  name: 'messages',
  about: `1,000,000 messages in ${chats} chats of ${people} people, the biggest with an eighth of them; the caller is in ${mine.length}`,
  bigTables: ['messages'],
  async prepare(fixture, scale) {
    const { db, caller } = fixture
    await db.query(
      `insert into identity.users (id, email, username)
         select bench.id(i), 'person' || i || '@example.com', 'person' || i
           from generate_series(1, ${people}) i`,
    )
    await db.query(
      `insert into chat.chats (id, type, name, created_by, activity_id)
         select bench.id(i), 'group', 'Chat ' || i, $1, bench.id(i)
           from generate_series(1, ${chats}) i`,
      [caller.id],
    )
    await db.query(
      `insert into chat.members (chat_id, user_id)
         select c.id, u.id from chat.chats c cross join lateral (
           select id from identity.users where username like 'person%' and c.id is not null order by random() limit 20) u
         union all select bench.id(i), $1 from unnest($2::int[]) i`,
      [caller.id, mine],
    )
    await db.query('drop index chat.messages_search')
    // Numbered by time in each chat, over two years.
    await db.query(
      `insert into chat.messages (id, chat_id, number, sender_id, type, content, client_id, created_at)
         select bench.id_at(at, i), bench.id(chat),
                row_number() over (partition by chat order by i), sender, 'text', ${sentence(8, 'i')}, 'c' || i, at
           from (select i, now() - interval '2 years' * (1 - i / $1::float8) as at, ${skewed(chats)} as chat,
                        bench.id(1 + (random() * ${people - 1})::int) as sender
                   from generate_series(1, $1::int) i) m`,
      [Math.round(claimed * scale)],
    )
    await db.query('create index messages_search on chat.messages using gin (search)')
    await db.query(
      `update chat.chats c set last_number = m.last, activity_id = m.newest
         from (select chat_id, max(number) as last, max(id::text)::uuid as newest from chat.messages group by 1) m where m.chat_id = c.id`,
    )
    await db.query('vacuum analyze chat.messages, chat.chats, chat.members, identity.users')
    return requestsOf(fixture)
  },
}

async function requestsOf({ db }: Fixture): Promise<Request[]> {
  const of = async (chat: number) => {
    const { rows } = await db.query<{ chat_id: string; id: string; number: number }>(
      `select chat_id, id, number::int from chat.messages where chat_id = bench.id($1)
        order by random() limit 100`,
      [chat],
    )
    return rows
  }
  const [biggest, middling, small] = [await of(1), await of(10), await of(mine[3]!)]
  const chatOf = (rows: { chat_id: string }[]) => rows[0]?.chat_id
  const inBiggest = `chat_id=${chatOf(biggest)}`
  const search = (query: string) => [`/api/messages/search?${query}`]
  return [
    { name: 'newest, biggest chat', paths: [`/api/messages?${inBiggest}`] },
    { name: 'newest, middling chat', paths: [`/api/messages?chat_id=${chatOf(middling)}`] },
    { name: 'before a message', paths: biggest.map(({ id }) => `/api/messages?${inBiggest}&before=${id}`) },
    { name: 'around a message', paths: biggest.map(({ id }) => `/api/messages?${inBiggest}&around=${id}`) },
    {
      name: 'deep cursor',
      paths: biggest.map(({ number }) => `/api/messages?${inBiggest}&cursor=${btoa(`older.${number}`)}`),
    },
    { name: 'list of chats', paths: ['/api/chats'] },
    { name: 'search, common word', paths: search('q=w1') },
    { name: 'search, two common words', paths: search('q=w1%20w2') },
    { name: 'search, rare word', paths: search('q=w31000') },
    { name: 'search, nothing', paths: search('q=zebra') },
    { name: 'search, half a word', paths: search('q=w3100') },
    { name: 'search, common and rare word', paths: search('q=w1%20w31000') },
    { name: 'search, common, biggest chat', paths: search(`q=w1&${inBiggest}`) },
    { name: 'search, rare, biggest chat', paths: search(`q=w31000&${inBiggest}`) },
    { name: 'search, common, small chat', paths: search(`q=w1&chat_id=${chatOf(small)}`) },
  ]
}
