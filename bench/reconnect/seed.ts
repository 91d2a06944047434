import { createApp } from '../../server/src/app.ts'
import { readConfig } from '../../server/src/config.ts'
import { accessTokens } from '../../server/src/modules/identity/sessions/token-keys.ts'
import { createLog } from '../../server/src/platform/log.ts'
import type { Member } from '../steady/traffic.ts'

export interface People {
  /** One user of each workspace, for requests. */
  members: Member[]
  /** An access token for each socket, each of its own session. */
  tokens: string[]
}

interface Numbers {
  workspaces: number
  users: number
  sockets: number
  chatsEach: number
}

const contactsEach = 50

/**
 * Creates users spread evenly over the workspaces, each in `chatsEach` chats of their workspace's people, with as many sessions as
 * they have sockets. Written as rows, because 300 passwords take a minute to hash.
 */
export async function seed(env: NodeJS.ProcessEnv, numbers: Numbers): Promise<People> {
  const config = readConfig(env)
  const app = await createApp({ config, log: createLog('error'), http: false })
  const client = await app.services.connections.pool.connect()
  try {
    await client.query("select set_config('role', 'app_system', false), set_config('statement_timeout', '0', false)")
    const { workspaces, users, sockets, chatsEach } = numbers
    await client.query(
      'insert into identity.workspaces (id, name) select ' +
        id('1', 'i') +
        ", 'Workspace ' || i from generate_series(0, $1::int - 1) i",
      [workspaces],
    )
    await client.query(
      `insert into identity.users (id, email, username, current_workspace_id)
         select ${id('2', 'i')}, 'user' || i || '@example.com', 'user' || i, ${id('1', 'i % $2::int')} from generate_series(0, $1::int - 1) i`,
      [users, workspaces],
    )
    await client.query(
      `insert into identity.members (workspace_id, user_id, role)
         select ${id('1', 'i % $2::int')}, ${id('2', 'i')}, 'owner' from generate_series(0, $1::int - 1) i`,
      [users, workspaces],
    )
    await client.query(
      `insert into identity.sessions (id, user_id, refresh_key, expires_at, idle_expires_at)
         select ${id('3', 'i')}, ${id('2', 'i % $2::int')}, '', now() + interval '1 day', now() + interval '1 day' from generate_series(0, $1::int - 1) i`,
      [sockets, users],
    )
    await client.query(
      `insert into chat.chats (id, type, name, created_by, activity_id)
         select ${id('4', 'i')}, 'group', 'Chat ' || i, ${id('2', 'i % $2::int')}, ${id('4', 'i')} from generate_series(0, $1::int * $2::int - 1) i`,
      [chatsEach, workspaces],
    )
    await client.query(
      `insert into chat.members (chat_id, user_id)
         select ${id('4', 'c * $2::int + u % $2::int')}, ${id('2', 'u')} from generate_series(0, $1::int - 1) u, generate_series(0, $3::int - 1) c`,
      [users, workspaces, chatsEach],
    )
    await client.query(
      `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
         select ${id('5', `w * ${contactsEach} + i`)}, ${id('1', 'w')}, ${id('2', 'w')}, 'Ana ' || i, 'Silva', '+1555' || (1000000 + i)
           from generate_series(0, $1::int - 1) w, generate_series(0, ${contactsEach - 1}) i`,
      [workspaces],
    )
    await client.query("select set_config('role', 'none', false)")
    await client.query('vacuum analyze')
    const tokens = accessTokens(app.services)
    const tokenOf = (socket: number) =>
      tokens.sign({ userId: idOf('2', socket % users), sessionId: idOf('3', socket) }, Date.now()).token
    return {
      tokens: Array.from({ length: sockets }, (_, i) => tokenOf(i)),
      members: Array.from({ length: workspaces }, (_, w) => ({
        token: tokenOf(w),
        userId: idOf('2', w),
        workspaceId: idOf('1', w),
        contactIds: Array.from({ length: contactsEach }, (_, i) => idOf('5', w * contactsEach + i)),
        chatIds: Array.from({ length: chatsEach }, (_, c) => idOf('4', c * workspaces + w)),
      })),
    }
  } finally {
    client.release(true)
    await app.close()
  }
}

/** Returns an id in our format for a kind and a number. */
const idOf = (kind: string, n: number) => `01900000-0000-7000-800${kind}-${n.toString(16).padStart(12, '0')}`
const id = (kind: string, n: string) => `('01900000-0000-7000-800${kind}-' || lpad(to_hex(${n}), 12, '0'))::uuid`
