import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { conflict } from '../errors.ts'
import { createLog } from '../log.ts'
import { NoServer, askServer } from './ask.ts'
import { type ControlCommand, serveControl } from './server.ts'

async function directory(t: TestContext, name = ''): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-control-'))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(path.join(folder, name), { recursive: true })
  return path.join(folder, name)
}

const commands: Record<string, ControlCommand> = {
  double: async (args) => ({ doubled: 2 * (args as { n: number }).n }),
  refuse: async () => {
    throw conflict('in_use', 'That is in use.')
  },
}

async function serve(t: TestContext, dataDir: string): Promise<{ close(): void }> {
  const server = await serveControl(dataDir, commands, createLog('silent'))
  t.after(() => server.close())
  return server
}

test('a command is answered, and a refusal is its sentence', async (t) => {
  const dataDir = await directory(t)
  await serve(t, dataDir)
  assert.deepEqual(await askServer(dataDir, 'double', { n: 21 }), { doubled: 42 })
  await assert.rejects(askServer(dataDir, 'refuse'), /^Error: That is in use\.$/)
  for (const command of ['nothing', 'constructor', '__proto__'])
    await assert.rejects(askServer(dataDir, command), /knows no command/)
})

test('only the owner may speak to it, whatever the directory allows', async (t) => {
  const dataDir = await directory(t)
  await chmod(dataDir, 0o777)
  await serve(t, dataDir)
  assert.equal(statSync(path.join(dataDir, 'control.sock')).mode & 0o777, 0o600)
})

test('a missing server is reported, and the socket of a killed one does not disturb the next', async (t) => {
  const dataDir = await directory(t)
  await assert.rejects(askServer(dataDir, 'double'), NoServer)
  await writeFile(path.join(dataDir, 'control.sock'), '')
  const server = await serve(t, dataDir)
  assert.deepEqual(await askServer(dataDir, 'double', { n: 1 }), { doubled: 2 })
  server.close()
  assert.ok(!existsSync(path.join(dataDir, 'control.sock')))
  await assert.rejects(askServer(dataDir, 'double'), NoServer)
})

test('a data directory with a long path still has its socket in it', async (t) => {
  const dataDir = await directory(t, 'a'.repeat(150))
  await serve(t, dataDir)
  assert.ok(existsSync(path.join(dataDir, 'control.sock')))
  assert.deepEqual(await askServer(dataDir, 'double', { n: 2 }), { doubled: 4 })
})
