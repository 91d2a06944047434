/** Serves the layers, each on its own port, in one process over the same database. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import { createApp } from '../../server/src/app.ts'
import { readConfig } from '../../server/src/config.ts'
import { Contact, NewContact } from '../../server/src/modules/contacts/schema.ts'
import { createAuthenticate } from '../../server/src/modules/identity/index.ts'
import { statement } from '../../server/src/platform/database/statement.ts'
import { type Route, route } from '../../server/src/platform/http/route.ts'
import { createHttp } from '../../server/src/platform/http/server.ts'
import { newId } from '../../server/src/platform/id.ts'
import { createLog } from '../../server/src/platform/log.ts'
import type { Caller } from './load.ts'
import { layers } from './layer-queries.ts'

const config = readConfig(process.env)
const app = await createApp({ config, log: createLog(config.logLevel) })
const ours = Number(new URL(await app.listen()).port)
await app.work()
const [caller] = JSON.parse(process.env.CALLERS ?? '[]') as [Caller]

const byId = z.object({ id: z.uuid() })
const columns = sql.raw(
  'id, user_id, first_name, last_name, phone_number, email, notes, time_zone, tags, custom_fields, created_at, updated_at',
)
const { pool } = app.services.connections
const selectOne = `select id, user_id, first_name, last_name, phone_number, email, notes, time_zone, tags, custom_fields, created_at, updated_at
  from contacts.contacts where workspace_id = $1 and id = $2`
const client = await pool.connect()
await client.query("begin; select set_config('role', 'app_system', true)")
const { rows } = await client.query(selectOne, [caller.workspaceId, caller.contactIds[0]])
await client.query('rollback')
client.release()
const contact = rows[0] as z.input<typeof Contact>
const text = JSON.stringify(contact)

const plain = createServer((_request, response) => {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
})
await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))

const bare = fastify()
bare.get('/api/contacts/:id', (_request, reply) =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text),
)
await bare.listen({ host: '127.0.0.1', port: 0 })

const one = {
  kind: 'read',
  method: 'GET',
  path: '/api/contacts/:id',
  summary: 'One',
  params: byId,
  response: Contact,
} as const
const authenticate = createAuthenticate(app.services)

/** Our HTTP layer with this one route. */
async function serve(definition: Route, as: typeof authenticate): Promise<number> {
  const http = await createHttp({
    services: app.services,
    tables: [{ tag: 'Bench', routes: { one: definition } }],
    authenticate: as,
    guestOf: () => undefined,
  })
  await http.listen({ host: '127.0.0.1', port: 0 })
  return (http.server.address() as AddressInfo).port
}

const emptyContact = { first_name: '', last_name: '', phone_number: '', email: '' }
const insert = statement(
  'bench.insert',
  (_, p: { id: string } & typeof emptyContact) =>
    sql<z.input<typeof Contact>>`insert into contacts.contacts (id, first_name, last_name, phone_number, email)
    values (${p.id}, ${p.first_name}, ${p.last_name}, ${p.phone_number}, ${p.email}) returning ${columns}`,
)

const ports = [
  (plain.address() as AddressInfo).port,
  (bare.server.address() as AddressInfo).port,
  await serve(route({ ...one, access: 'public', handler: async () => contact }), () => ({ kind: 'public' })),
  await serve(route({ ...one, access: 'user', handler: async () => contact }), authenticate),
  await serve(
    route({
      ...one,
      access: 'user',
      async handler(_ctx, { params }) {
        const values = [caller.workspaceId, params.id]
        const found = await pool.query<z.input<typeof Contact>>({ name: 'bench.one', text: selectOne, values })
        return found.rows[0] ?? contact
      },
    }),
    authenticate,
  ),
  ours,
  await serve(
    route({
      kind: 'write',
      method: 'POST',
      path: '/api/contacts',
      access: 'contacts:write',
      summary: 'Insert',
      body: NewContact,
      status: 201,
      response: Contact,
      handler: (ctx, { body }) => ctx.db.one(insert, { ...emptyContact, ...body, id: newId() }, { commit: true }),
    }),
    authenticate,
  ),
  ours,
]
process.send?.({ ports: Object.fromEntries(layers.map(({ name }, i) => [name, ports[i]])) })
process.on('disconnect', () => process.exit())
