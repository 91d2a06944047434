import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const here = (name: string) => path.join(import.meta.dirname, name)

test('a disk that turns read-only and back costs no restart and nothing that was acknowledged', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-read-only-'))
  t.after(() => rm(folder, { recursive: true }))
  const [root, marker] = [path.join(folder, 'data'), path.join(folder, 'fault')]
  const fault = pathToFileURL(here('read-only-disk-fault.ts'))
  fault.search = new URLSearchParams({ root, marker }).toString()
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', fault.href, here('read-only-disk-worker.ts'), root, marker],
    { timeout: 120_000 },
  )
  const { during, refusals, kept } = JSON.parse(stdout) as { during: boolean[]; refusals: string[]; kept: number[] }
  assert.deepEqual(during, [false, false])
  assert.ok(refusals.includes('503 The disk cannot be written at the moment.'), refusals.join())
  assert.ok(
    refusals.every(
      (refusal) =>
        refusal.startsWith('503 ') || /^no status .*(terminated|initialize|ENOENT|ECONN|EPIPE|timeout)/.test(refusal),
    ),
    refusals.join('\n'),
  )
  assert.deepEqual([kept[0], kept.at(-1)], [1, 4])
})
