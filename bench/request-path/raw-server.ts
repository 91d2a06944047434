/**
 * The baselines: `node:http` and hand-written SQL as named prepared statements, on two ports. `raw` has no
 * session, no row-level security and no verified token. `raw + guarantees` has the same guarantees as ours: the token's HMAC, a
 * transaction that checks the session and sets the tenant, row-level security, commit. Neither has rate limits, checks of
 * the input, metrics or events. Prints its ports when it is ready.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { readConfig } from '../../server/src/config.ts'

import { openDatabase, toIsoTime } from '../../server/src/platform/database/open.ts'
import { createLog } from '../../server/src/platform/log.ts'
import type { Caller } from './load.ts'

const callers = new Map((JSON.parse(process.env.CALLERS ?? '[]') as Caller[]).map((caller) => [caller.token, caller]))
const secret = 'a secret of the benchmark'

// Parses times as cheaply as ours does. With pg's own parser, which uses Date, lists would cost a third more.
const types = {
  getTypeParser: ((oid: number) =>
    oid === 1184 ? toIsoTime : pg.types.getTypeParser(oid, 'text')) as typeof pg.types.getTypeParser,
}

async function openPool(): Promise<pg.Pool> {
  const config = readConfig(process.env)
  if (!config.database.url) return (await openDatabase(config, createLog('warn'))).pool
  return new pg.Pool({
    connectionString: config.database.url,
    max: 10,
    types,
    pipeline: true,
    options: '-c timezone=UTC',
  })
}

const pool = await openPool()
const columns =
  'id, user_id, first_name, last_name, phone_number, email, notes, time_zone, tags, custom_fields, created_at, updated_at'
const list = `select ${columns} from contacts.contacts where workspace_id = $1 order by id desc limit $2`
const one = `select ${columns} from contacts.contacts where workspace_id = $1 and id = $2`
const insert = `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number, email, notes, time_zone)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

type Query = (caller: Caller, statement: { name: string; text: string; values: unknown[] }) => Promise<pg.QueryResult>

const bare: Query = (_, statement) => pool.query(statement)

// The session's row gives the user, workspace and role. The request is refused when it does not exist.
const enter = `select case when s.id is null then app.refuse('SB401', 'Sign in.') else concat(
    set_config('app.user_id', s.user_id::text, true), set_config('app.workspace_id', s.workspace_id::text, true),
    set_config('app.member_role', s.member_role, true), set_config('role', 'app_user', true)) end
  from (select $1::uuid as id) wanted
  left join identity.sessions s on s.id = wanted.id and s.revoked_at is null and not s.is_suspended
    and s.expires_at > now() and s.idle_expires_at > now()`

/** Four statements sent together: in pipeline mode `pg` does not wait for one before it sends the next. */
const guarded: Query = async ({ token }, statement) => {
  const client = await pool.connect()
  try {
    const [, , result] = await Promise.all([
      client.query('begin'),
      client.query({ name: 'enter', text: enter, values: [payloadOf(token).sid] }),
      client.query(statement),
      client.query('commit'),
    ])
    return result
  } finally {
    client.release()
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, caller: Caller, query: Query): Promise<void> {
  const url = request.url ?? ''
  if (request.method === 'POST') {
    let text = ''
    request.setEncoding('utf8')
    for await (const chunk of request) text += chunk
    const body = JSON.parse(text) as Record<string, string | undefined>
    const values = [
      randomUUID(),
      caller.workspaceId,
      caller.userId,
      body.first_name,
      body.last_name,
      body.phone_number,
      body.email ?? null,
      body.notes ?? null,
      body.time_zone ?? null,
    ]
    const { rows } = await query(caller, { name: 'insert', text: insert, values })
    return send(response, 201, rows[0])
  }
  const id = url.slice('/api/contacts/'.length)
  if (id !== '' && url[13] === '/') {
    const { rows } = await query(caller, { name: 'one', text: one, values: [caller.workspaceId, id] })
    return rows[0] ? send(response, 200, rows[0]) : send(response, 404, { error: 'There is no such contact.' })
  }
  const limit = Number(new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('limit') ?? 50)
  const { rows } = await query(caller, { name: 'list', text: list, values: [caller.workspaceId, limit + 1] })
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  send(response, 200, {
    data,
    next_cursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null,
  })
}

function serve(query: Query, verifies: boolean): Promise<number> {
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    const caller = callers.get(token)
    if (!caller || (verifies && !verify(token))) return send(response, 401, { error: 'Sign in.' })
    answer(request, response, caller, query).catch((error: Error) => send(response, 500, { error: error.message }))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as { sid: string; exp: number }

/** Costs as much as the verification of HS256. Accepts every digest, because the secret is not the one that signed. */
function verify(token: string): boolean {
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const digest = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  return digest.length === signature.length && payloadOf(token).exp * 1000 > Date.now()
}

process.send?.({ ports: { raw: await serve(bare, false), 'raw + guarantees': await serve(guarded, true) } })
process.on('disconnect', () => process.exit())
