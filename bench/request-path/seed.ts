import type pg from 'pg'
import { createApp } from '../../server/src/app.ts'
import { readConfig } from '../../server/src/config.ts'
import { createLog } from '../../server/src/platform/log.ts'
import type { Caller } from './load.ts'

/**
 * Creates as many workspaces as sessions, with `count` contacts each, and returns the sessions of their owners. A workspace
 * per session, so that no session waits for the connection limit of a workspace.
 */
export async function seed(env: NodeJS.ProcessEnv, count: number, sessions = 2): Promise<Caller[]> {
  const config = readConfig(env)
  const app = await createApp({ config, log: createLog('warn') })
  try {
    const url = await app.listen()
    const callers: Caller[] = []
    for (let i = 0; i < sessions; i++) callers.push(await signUp(url, `owner${i}`))
    await fill(app.services.connections.pool, callers, count)
    return callers
  } finally {
    await app.close()
  }
}

const password = 'correct horse battery'

async function fill(pool: pg.Pool, callers: Caller[], count: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query("select set_config('role', 'app_system', false), set_config('statement_timeout', '0', false)")
    for (const caller of callers) {
      const { rows } = await client.query<{ id: string }>(
        `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number, email, notes)
         select gen_random_uuid(), $1, $2, 'Ana ' || i, 'Silva', '+1555' || (1000000 + i), 'ana' || i || '@example.com',
                'Called last week about the order; prefers mornings.'
           from generate_series(1, $3::int) i returning id`,
        [caller.workspaceId, caller.userId, count],
      )
      caller.contactIds = rows.slice(0, 500).map(({ id }) => id)
    }
    await client.query("select set_config('role', 'none', false)")
    await client.query('vacuum analyze contacts.contacts')
  } finally {
    client.release(true)
  }
}

async function signUp(url: string, name: string): Promise<Caller> {
  const answer = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.com`, password, name }),
  })
  const { access_token: token, user } = (await answer.json()) as {
    access_token: string
    user: { id: string; workspace: { id: string } }
  }
  return { token, userId: user.id, workspaceId: user.workspace.id, contactIds: [] }
}
