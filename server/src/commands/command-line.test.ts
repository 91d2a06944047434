import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'

// As an operator types it: in processes of their own, on the embedded database.
const main = path.join(import.meta.dirname, '../main.js')
const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-command-'))
after(() => rm(folder, { recursive: true, force: true }))

interface Run {
  input?: string
  env?: Record<string, string | undefined>
}

function launch(args: string[], { env = {} }: Run = {}) {
  return spawn(process.execPath, [...process.execArgv, '--disable-warning=ExperimentalWarning', main, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: path.join(folder, 'data'),
      PORT: '0',
      SIP_PORT: '0',
      NO_COLOR: '1',
      ...env,
    },
  })
}

async function run(args: string[], options: Run = {}) {
  const child = launch(args, options)
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number }
}

test('people, contacts, a backup and its restoring', async () => {
  const made = await run(['user', 'create', 'ana@example.com', '--json'], { input: 'correct horse\n' })
  assert.equal(made.code, 0, made.stderr)
  const { workspace_id } = JSON.parse(made.stdout) as { workspace_id: string }

  await writeFile(
    path.join(folder, 'people.csv'),
    'first_name,last_name,phone_number\nBen,Okafor,+12025550100\nNo,Number,x\n',
  )
  const imported = await run(['import', 'people.csv', '--workspace', workspace_id, '--json'])
  assert.equal(imported.code, 1, 'a refused row is worth an exit code')
  const { created, failed, status } = JSON.parse(imported.stdout) as { created: number; failed: number; status: string }
  assert.deepEqual({ created, failed, status }, { created: 1, failed: 1, status: 'completed' })
  assert.match(imported.stderr, /is not a telephone number/)

  const archived = await run(['backup', 'all.tar.zst'])
  assert.equal(archived.code, 0, archived.stderr)
  const elsewhere = { env: { DATA_DIR: path.join(folder, 'restored') } }
  assert.equal((await run(['restore', 'all.tar.zst'], elsewhere)).code, 0)
  const exported = await run(['export', 'contacts', '--workspace', workspace_id], elsewhere)
  assert.equal(
    exported.stdout,
    'first_name,last_name,phone_number,email,notes,time_zone,tags\r\nBen,Okafor,+12025550100,,,,\r\n',
  )
  const key = 'keys/encryption'
  assert.equal(
    await readFile(path.join(folder, 'restored', key), 'utf8'),
    await readFile(path.join(folder, 'data', key), 'utf8'),
  )
  const again = await run(['restore', 'all.tar.zst'], elsewhere)
  assert.deepEqual([again.code, /is not empty/.test(again.stderr)], [1, true])
})

test('a server says three lines, is examined while it runs, and ends in order', async (t) => {
  // At warn: nothing may be wrong.
  const env = { DATA_DIR: path.join(folder, 'server'), LOG_LEVEL: 'warn' }
  const server = launch(['start'], { env })
  t.after(() => server.kill('SIGKILL'))
  const complaints = text(server.stderr)
  const lines: string[] = []
  const listening = Promise.withResolvers<string>()
  const reading = (async () => {
    for await (const line of createInterface({ input: server.stdout })) {
      if (lines.push(line) === 3) listening.resolve(/http:\S+/.exec(lines[0] as string)?.[0] ?? '')
    }
    listening.reject(new Error(`It did not start: ${await complaints}`))
  })()
  const url = await listening.promise
  assert.equal((await fetch(`${url}/readyz`)).status, 200)

  // What needs the database goes through the server; what it does not do for others says that it is in the way.
  const made = await run(['user', 'create', 'ben@example.com', '--json'], { env, input: 'correct horse\n' })
  assert.equal(made.code, 0, made.stderr)
  const { workspace_id } = JSON.parse(made.stdout) as { workspace_id: string }
  assert.match((await run(['user', 'admin', 'ben@example.com'], { env })).stdout, /is now an administrator/)
  assert.match((await run(['user', 'list'], { env })).stdout, /ben@example\.com/)
  assert.match(
    (await run(['user', 'password', 'eve@example.com'], { env, input: 'x horse y\n' })).stderr,
    /no such user/,
  )
  assert.equal((await run(['mail', 'list'], { env })).stdout, 'Nothing has been sent yet.\n')
  assert.match((await run(['workspace', 'list', '--json'], { env })).stdout, new RegExp(workspace_id))
  const exported = await run(['export', 'contacts', '--workspace', workspace_id], { env })
  assert.match(exported.stdout, /^first_name,.+\r\n$/)
  const meanwhile = await run(['import', 'people.csv', '--workspace', workspace_id], { env })
  assert.equal(meanwhile.code, 1)
  assert.match(meanwhile.stderr, new RegExp(`^The database in .+ is in use by process ${server.pid} .+\n$`))

  // It takes a snapshot for that, from its first minute on.
  const archived = await run(['backup', 'running.tar.zst'], { env })
  assert.equal(archived.code, 0, archived.stderr)
  const elsewhere = { DATA_DIR: path.join(folder, 'of-running') }
  const restored = await run(['restore', 'running.tar.zst'], { env: elsewhere })
  assert.match(restored.stdout, /holds the database of 20.+, and the files of 20/, restored.stderr)
  assert.equal((await run(['user', 'list'], { env: elsewhere })).code, 0)

  server.kill('SIGTERM')
  const [code] = (await once(server, 'exit')) as [number]
  await reading
  assert.equal(code, 0)
  assert.equal(lines.length, 3, lines.join('\n'))
  assert.equal(await complaints, '')
})

test('commands read the environment of an installed service', async () => {
  const file = path.join(folder, 'service.env')
  await writeFile(file, `DATA_DIR=${path.join(folder, 'service')}\nPASSWORD_MIN_LENGTH=14\n`)
  const env = { SWITCHBOARD_ENV_FILE: file, DATA_DIR: undefined }
  const made = await run(['user', 'create', 'cleo@example.com'], { env, input: 'correct horse\n' })
  assert.match(made.stderr, /at least 14/)
  assert.ok(existsSync(path.join(folder, 'service', 'keys')))
})

test('a new machine is examined and found fit; what is wrong is said with what to do', async () => {
  const fit = await run(['doctor', '--json'], { env: { DATA_DIR: path.join(folder, 'new') } })
  const findings = JSON.parse(fit.stdout) as { subject: string; status: string }[]
  assert.deepEqual(
    findings.filter(({ status }) => status === 'failed'),
    [],
  )
  const unfit = await run(['doctor'], { env: { DATABASE_URL: 'postgres://missing@127.0.0.1:9/nothing' } })
  assert.equal(unfit.code, 1)
  assert.match(unfit.stdout, /FAILED +database +Nothing answers at 127\.0\.0\.1:9/)
})

test('mistakes are answered with one sentence, never a stack trace', async () => {
  const wrong: [args: string[], env: Record<string, string>, sentence: RegExp][] = [
    [['start'], { PORT: 'x' }, /^PORT must be a whole number from 0 to 65535, not "x"\.\n$/],
    [['worker'], {}, /^A worker shares a PostgreSQL .+\n$/],
    [['restore', 'nothing.tar.zst'], {}, /^There is no nothing\.tar\.zst\.\n$/],
    [
      ['restore', 'junk'],
      { DATA_DIR: path.join(folder, 'unmade') },
      /^The file junk is not an archive made by this program\.\n$/,
    ],
    [['import', 'nothing.csv', '--workspace', 'x'], {}, /^There is no nothing\.csv\.\n$/],
  ]
  await writeFile(path.join(folder, 'junk'), 'junk')
  for (const [args, env, sentence] of wrong) {
    const { code, stderr } = await run(args, { env })
    assert.equal(code, 1)
    assert.match(stderr, sentence)
  }
  assert.ok(!existsSync(path.join(folder, 'unmade')))
})
