import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { compile, makeConsumer, runUnder, seen } from '../client/consumer/tarball.ts'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'

// The client as its users install it: packed, installed from the tarball, compiled by both compilers, run by each Node.

const compilers = ['typescript-5@npm:typescript@5.9', 'typescript-7@npm:typescript@7.0']
const nodes = ['node-20@npm:node@20', 'node-22@npm:node@22', 'node-24@npm:node@24']
const run = promisify(execFile)

test('the packed client compiles under TypeScript 5.9 and 7, runs under Node 20, 22 and 24, and fits a browser', () =>
  withScratch('client-package', async (folder) => {
    await using switchboard = await startSwitchboard({ folder, databaseUrl: null })
    await makeConsumer(folder, [...compilers, ...nodes, 'esbuild@0.28', 'ws@8'])
    const installed = (path: string) => join(folder, 'node_modules', path)
    for (const compiler of ['typescript-5', 'typescript-7']) {
      for (const module of ['bundler', 'nodenext'] as const)
        await compile(installed(`${compiler}/bin/tsc`), folder, module)
    }
    // Node 20 has no WebSocket of its own.
    await assert.rejects(
      runUnder(installed('node-20/bin/node'), folder, switchboard.url),
      /no WebSocket in this runtime/,
    )
    assert.deepEqual(await runUnder(installed('node-20/bin/node'), folder, switchboard.url, 'ws'), seen)
    for (const node of ['node-22', 'node-24'])
      assert.deepEqual(await runUnder(installed(`${node}/bin/node`), folder, switchboard.url), seen)

    const bundle = ['program.js', '--bundle', '--format=esm', '--platform=browser', '--outfile=browser.js']
    await run(installed('.bin/esbuild'), bundle, { cwd: folder })
    await writeFile(
      join(folder, 'bundled.js'),
      `import { main } from './browser.js'; console.log(JSON.stringify(await main('${switchboard.url}')))`,
    )
    const { stdout } = await run(installed('node-24/bin/node'), ['bundled.js'], { cwd: folder })
    assert.deepEqual(JSON.parse(stdout), seen)
  }))
