import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sharedTestServer } from '../../server/test/server.ts'
import { compile, makeConsumer, runUnder, seen } from './tarball.ts'

const server = await sharedTestServer()
const folder = await mkdtemp(join(tmpdir(), 'switchboard-consumer-'))
after(() => rm(folder, { recursive: true, force: true }))
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

test('the package installs from its tarball without a network, type-checks and runs', async () => {
  await makeConsumer(folder)
  await compile(tsc, folder, 'bundler')
  await compile(tsc, folder, 'nodenext')
  assert.deepEqual(await runUnder(process.execPath, folder, server.url), seen)
})
