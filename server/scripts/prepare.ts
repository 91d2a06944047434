import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { keepCompiledCode } from '../src/compile-cache.js'

// `npm ci` runs this at its end, so that the first start is nearly as quick as the ones after it: it finds the program
// compiled, and a database to unpack whose tables are made.
keepCompiledCode()
for (const part of ['commands/command-line.ts', 'commands/start.ts', 'commands/run-node.ts', 'app.ts'])
  await import(new URL(`../src/${part}`, import.meta.url).href)

const { withServices } = await import('../src/commands/with-app.ts')
const { forgetKeys } = await import('../src/platform/crypto/installation-keys.ts')
const { packDirectory } = await import('../src/platform/database/embedded/archive.ts')
const { preparedPath } = await import('../src/platform/database/prepared.ts')

const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-prepare-'))
try {
  await withServices({ DATA_DIR: dataDir }, ({ connections }) => forgetKeys(connections.pool))
  const target = preparedPath()
  await rm(path.dirname(target), { recursive: true, force: true })
  await mkdir(path.dirname(target), { recursive: true })
  await packDirectory(path.join(dataDir, 'postgres'), `${target}.partial`)
  // It contains no user data, and the user that runs the server may differ from the one that installed it.
  await chmod(`${target}.partial`, 0o644)
  await rename(`${target}.partial`, target)
} finally {
  await rm(dataDir, { recursive: true, force: true })
}
