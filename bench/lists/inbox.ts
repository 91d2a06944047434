import { sharesOf, skewed } from './distributions.ts'
import { type BenchmarkCase, deepInto, workspaceOf } from './benchmark-case.ts'

const claimed = 200_000
const members = 20
const messagesPerThread = 3

export const inbox: BenchmarkCase = {
  name: 'inbox',
  about: `200,000 threads of a shop with ${messagesPerThread} messages each: 3 % open, one in a thousand from TikTok, two fifths unassigned`,
  bigTables: ['conversations', 'conversation_tags', 'messages'],
  async prepare(fixture, scale) {
    const { db, caller, others } = fixture
    const threads = 2 * Math.round(claimed * scale)
    await db.query(
      `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
         select bench.id(i), ${workspaceOf('i')}, $3, 'Ana', 'Lima ' || i, '+1415' || (1000000 + i)
           from generate_series(1, $4::int / 4) i`,
      [caller.workspaceId, others, caller.id, threads],
    )
    await db.query(
      `insert into identity.users (id, email) select bench.id(100000 + i), 'member' || i || '@example.com'
         from generate_series(1, ${members}) i`,
    )
    await db.query(
      `insert into inbox.conversations (id, workspace_id, contact_id, customer_name, channel, status, assignee_id, tags,
                                        message_count, unread_count, last_message_text, last_message_at, recent_at, occurred_at, created_at)
         select bench.id_at(at, i), ${workspaceOf('i')}, bench.id(1 + i % ($3::int / 4)), 'Ana Lima',
                ${sharesOf({ web: 55, whatsapp: 25, instagram: 12, facebook: 6, telegram: 1.5, viber: 0.4, tiktok: 0.11 }, 'a')},
                ${sharesOf({ closed: 95, open: 3, pending: 2.1 }, 'b')},
                case when random() < 0.6 then bench.id(100000 + ${skewed(members)}) end,
                case when random() < 0.1 then array['vip'] when random() < 0.001 then array['refund', 'vip'] else '{}' end,
                ${messagesPerThread}, (random() < 0.05)::int, 'Thank you, see you tomorrow.', spoken, spoken, at, at
           from (select i, random() * 100 as a, random() * 100 as b, at, at + interval '3 days' * random() ^ 3 as spoken
                   from (select i, now() - interval '1 year' * (1 - i / $3::float8) as at from generate_series(1, $3::int) i) t) t`,
      [caller.workspaceId, others, threads],
    )
    await db.query(
      `insert into inbox.conversation_tags (workspace_id, tag, conversation_id, recent_at)
         select c.workspace_id, tag, c.id, c.recent_at from inbox.conversations c, unnest(c.tags) tag`,
    )
    await db.query(
      `insert into inbox.messages (id, workspace_id, conversation_id, sender, text, created_at)
         select bench.id_at(c.created_at + n * interval '1 minute', n * 10000000::bigint + row_number() over ()), c.workspace_id, c.id,
                case n % 2 when 0 then 'member' else 'customer' end, 'Is it still there? Thank you, see you tomorrow.', c.created_at
           from inbox.conversations c cross join generate_series(1, ${messagesPerThread}) n`,
    )
    await db.query('vacuum analyze inbox.conversations, inbox.conversation_tags, inbox.messages, contacts.contacts')
    const { rows: assignees } = await db.query<{ assignee_id: string }>(
      'select assignee_id from inbox.conversations where workspace_id = $1 and assignee_id is not null group by 1 order by count(*) desc',
      [caller.workspaceId],
    )
    const [busiest, quietest] = [assignees[0]?.assignee_id, assignees.at(-1)?.assignee_id]
    const { rows: threadsOf } = await db.query<{ contact_id: string }>(
      'select contact_id from inbox.conversations where workspace_id = $1 limit 1',
      [caller.workspaceId],
    )
    const at = `/api/shops/${caller.workspaceId}/conversations`
    const list = (query: string) => [`${at}?limit=50&messages=1&${query}`]
    return [
      { name: 'recent first', paths: list('') },
      { name: 'newest first', paths: list('order=newest') },
      { name: 'with 50 messages each', paths: [`${at}?limit=50`] },
      { name: 'open', paths: list('status=open') },
      { name: 'closed', paths: list('status=closed') },
      { name: "the busiest member's", paths: list(`assigneeId=${busiest}`) },
      { name: "the quietest member's", paths: list(`assigneeId=${quietest}`) },
      { name: 'open, of the quietest', paths: list(`status=open&assigneeId=${quietest}`) },
      { name: 'web', paths: list('channel=web') },
      { name: 'TikTok', paths: list('channel=tiktok') },
      { name: 'open, TikTok', paths: list('status=open&channel=tiktok') },
      { name: 'closed, TikTok, the quietest', paths: list(`status=closed&channel=tiktok&assigneeId=${quietest}`) },
      { name: 'a common tag', paths: list('tag=vip') },
      { name: 'a rare tag', paths: list('tag=refund') },
      { name: 'an unused tag', paths: list('tag=none') },
      { name: 'a common tag, newest first', paths: list('tag=vip&order=newest') },
      { name: 'a rare tag, newest first', paths: list('tag=refund&order=newest') },
      { name: 'open, a common tag', paths: list('status=open&tag=vip') },
      { name: "a customer's", paths: list(`customerId=${threadsOf[0]?.contact_id}`) },
      { name: 'deep cursor', paths: [await deepInto(fixture, `${at}?limit=200&messages=1`, 50)] },
      { name: 'TikTok, newest first', paths: list('channel=tiktok&order=newest') },
      {
        name: 'sales: by phone, in a month',
        paths: ['/api/conversations?limit=50&channel=telegram&from=2026-05-01&to=2026-06-01'],
      },
      { name: 'sales: by outcome', paths: ['/api/conversations?limit=50&outcome=interested'] },
    ]
  },
}
