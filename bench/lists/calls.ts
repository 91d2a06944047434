import { sharesOf, skewed } from './distributions.ts'
import { type BenchmarkCase, deepInto } from './benchmark-case.ts'

const claimed = 1_000_000
const clients = 200
const batch = 50_000
const mood = sharesOf({ positive: 45, neutral: 40, negative: 4 }, 'roll')
/** Each day from six to ten in the evening, most about two. */
const hour = '14 + (random() + random() + random() + random() - 2) * 4'

export const calls: BenchmarkCase = {
  name: 'calls',
  about: `1,000,000 calls of two years for ${clients} clients, by day and by night, the busiest with a fifth of them`,
  bigTables: ['calls', 'call_sums'],
  async prepare(fixture, scale) {
    const { db, caller, others } = fixture
    await db.query(
      `insert into receptionist.clients (id, workspace_id, user_id, name)
         select bench.id(10000 + i), $1, $2, 'Client ' || i from generate_series(1, ${clients}) i`,
      [caller.workspaceId, caller.id],
    )
    // With triggers, which maintain the sums.
    await db.query('set session_replication_role = origin')
    const total = Math.round(claimed * scale)
    for (let from = 1; from <= total; from += batch) {
      await db.query(
        `insert into receptionist.calls (id, workspace_id, client_id, caller_phone, duration_seconds, stt_latency_ms,
                                         llm_latency_ms, tts_latency_ms, sentiment, success, transcript, started_at)
           select bench.id_at(at, i), $1, bench.id(10000 + ${skewed(clients)}),
                  '+1415' || (5550000 + i % 9999), round((20 + 300 * random() ^ 3)::numeric, 1), 80 + (random() * 200)::int,
                  300 + (random() * 900)::int, 90 + (random() * 150)::int, ${mood}, random() < 0.9,
                  'Hello, I would like to book a table for two, tomorrow at eight. ' || i, at
             from (select i, random() * 100 as roll,
                          date_trunc('day', now() - interval '2 years' * (1 - i / $2::float8)) - interval '1 day'
                            + interval '1 hour' * (${hour}) as at
                     from generate_series($3::int, least($2, $3 + $4::int - 1)) i) c`,
        [caller.workspaceId, total, from, batch],
      )
    }
    await db.query(
      `insert into receptionist.clients (id, workspace_id, user_id, name)
         select bench.id(20000 + i), ($1::uuid[])[i], $2, 'Client' from generate_series(1, cardinality($1::uuid[])) i`,
      [others, caller.id],
    )
    await db.query(
      `insert into receptionist.calls (id, workspace_id, client_id, started_at)
         select bench.id_at(at, 10000000 + i), ($1::uuid[])[k], bench.id(20000 + k), at
           from (select i, 1 + i % cardinality($1::uuid[]) as k, now() - interval '2 years' * (i / $2::float8) as at
                   from generate_series(1, $2::int) i) c`,
      [others, Math.round(total / 10)],
    )
    await db.query('set session_replication_role = replica')
    await db.query('vacuum analyze receptionist.calls, receptionist.call_sums, receptionist.clients')
    const client = async (order: string) => {
      const { rows } = await db.query<{ client_id: string }>(
        `select client_id from receptionist.calls where workspace_id = $1 group by 1 order by count(*) ${order} limit 1`,
        [caller.workspaceId],
      )
      return `client_id=${rows[0]?.client_id}`
    }
    const [busiest, quietest] = [await client('desc'), await client('asc')]
    const list = (query: string) => [`/api/calls?per_page=50&${query}`]
    const pages = Math.round((claimed * scale) / 50)
    return [
      { name: 'newest, with total', paths: list('page=1') },
      { name: 'of the busiest client', paths: list(busiest) },
      { name: 'of the quietest client', paths: list(quietest) },
      { name: 'negative', paths: list('sentiment=negative') },
      { name: 'negative, of the quietest', paths: list(`sentiment=negative&${quietest}`) },
      { name: 'negative, of the busiest', paths: list(`sentiment=negative&${busiest}`) },
      { name: 'a year, whole days', paths: list(`start_date=${day(500)}&end_date=${day(135)}`) },
      { name: 'a year, odd moments', paths: list(`start_date=${day(500)}T10:07:00Z&end_date=${day(135)}T10:08:00Z`) },
      {
        name: 'a month, negative, odd moments',
        paths: list(`sentiment=negative&start_date=${day(60)}T10:07:00Z&end_date=${day(30)}T10:08:00Z`),
      },
      { name: 'page in the middle, by number', paths: list(`page=${Math.round(pages / 2)}`) },
      { name: 'last page, by number', paths: list(`page=${pages}`) },
      { name: 'deep cursor', paths: [await deepInto(fixture, `/api/calls?per_page=200`, 50)] },
      { name: 'dashboard', paths: ['/api/analytics/dashboard'] },
      { name: 'dashboard of the busiest client', paths: [`/api/analytics/dashboard?${busiest}`] },
      { name: 'calls per day', paths: ['/api/analytics/calls-per-day'] },
      { name: 'moods', paths: ['/api/analytics/sentiment'] },
      { name: 'usage of the plan', paths: ['/api/usage'] },
    ]
  },
}

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
