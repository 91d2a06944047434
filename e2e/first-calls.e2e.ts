import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'

const run = promisify(execFile)

test("README's first calls work with curl, and work again", () =>
  withScratch('first-calls', async (folder) => {
    await using switchboard = await startSwitchboard({ folder, databaseUrl: null })
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, block = ''] = /### First calls to the API[^]*?```\n([^]*?)```/.exec(readme) ?? []
    const script = block.replaceAll('http://127.0.0.1:3001', switchboard.url)
    const answers = async () => {
      const { stdout } = await run('bash', ['-c', script.replaceAll(/^$/gm, 'echo')])
      return stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    }
    const [me, contact] = await answers()
    assert.equal(me?.email, 'ana@example.com')
    assert.equal(contact?.first_name, 'Ben')
    // The second time Ben's number exists already, which the response reports. Everything else is as before.
    const [again, refused, list] = await answers()
    assert.equal(again?.id, me?.id)
    assert.equal(refused?.code, 'phone_number_taken')
    assert.ok(Array.isArray(list?.data))
    assert.equal(list.data.length, 1)
  }))
