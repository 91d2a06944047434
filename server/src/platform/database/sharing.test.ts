import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { openTestDatabase } from '../../../test/database.ts'
import { readConfig } from '../../config.ts'
import { type Ctx, createContext, transaction } from '../context.ts'
import { newId } from '../id.ts'
import { createLog } from '../log.ts'
import { openerFor } from '../openers.ts'
import type { Services } from '../services.ts'
import { violates } from './errors.ts'
import type { OpenDatabase } from './open.ts'
import { statement } from './statement.ts'

const log = createLog('silent')
let database: OpenDatabase
before(async () => {
  database = await openTestDatabase(readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-sharing') }), log)
  await database.pool.query(
    `create table public.notes (workspace_id uuid not null default app.workspace_id(), n int not null,
      constraint notes_key unique (workspace_id, n));
     alter table public.notes enable row level security;
     create policy own on public.notes to app_user using (workspace_id = app.workspace_id()) with check (workspace_id = app.workspace_id());
     grant all on public.notes to app_user`,
  )
})
after(() => database.close())

const write = statement(
  'sharing.write',
  (_, p: { n: number }) => sql<{ workspace_id: string; n: number }>`
    insert into public.notes (n) values (${p.n}) returning workspace_id, n`,
)
const list = statement(
  'sharing.list',
  () => sql<{ n: number; workspace_id: string }>`select n, workspace_id from public.notes order by n`,
)

const inWorkspace = (workspaceId: string, readOnly: boolean): Ctx => {
  const principal = { kind: 'server', workspaceId, userId: null } as const
  return createContext({
    services: { connections: database, now: () => new Date() } as unknown as Services,
    principal,
    open: openerFor(principal, { access: 'public', workspaceId }),
    requestId: 'test',
    log,
    readOnly,
  })
}
const note = (workspaceId: string, n: number) =>
  transaction(inWorkspace(workspaceId, false), (ctx) => ctx.db.one(write, { n }, { commit: 'shared' }))

test('writes of one caller share transactions; each is there once, in its workspace, and one that fails fails alone', async () => {
  const workspaces = Array.from({ length: 5 }, newId)
  for (const workspace of workspaces) await note(workspace, 0)
  // Every third repeats a number that is taken.
  const wishes = workspaces.flatMap((workspace) =>
    Array.from({ length: 40 }, (_, i) => ({ workspace, n: i % 3 === 2 ? 0 : i + 1 })),
  )
  const outcomes = await Promise.allSettled(wishes.map(({ workspace, n }) => note(workspace, n)))
  for (const [i, outcome] of outcomes.entries()) {
    const { workspace, n } = wishes[i]!
    if (n === 0) {
      assert.ok(outcome.status === 'rejected' && violates(outcome.reason, 'notes_key'))
      continue
    }
    assert.ok(outcome.status === 'fulfilled')
    assert.deepEqual({ workspace: outcome.value.workspace_id, n: outcome.value.n }, { workspace, n })
  }
  for (const workspace of workspaces) {
    const reads = await Promise.all(Array.from({ length: 20 }, () => inWorkspace(workspace, true).db.all(list, {})))
    const expected = [0, ...wishes.filter((w) => w.workspace === workspace && w.n !== 0).map(({ n }) => n)]
    for (const rows of reads)
      assert.deepEqual(
        rows,
        expected.map((n) => ({ n, workspace_id: workspace })),
      )
  }
})
