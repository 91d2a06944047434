import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { liveFrames, socketCommands } from '../src/modules.ts'
import { liveEvents } from '../src/platform/events.ts'

test('docs/sockets.md names every command and every event of the log that clients receive', async () => {
  const text = await readFile(new URL('../../docs/sockets.md', import.meta.url), 'utf8')
  const [, commands = '', events = ''] = text.split(/^## (?:Commands|Events)$/m)
  const rows = (part: string) => part.split('\n').flatMap((line) => (/^\| (`.*?) \|/.exec(line)?.[1] ?? '').split(', '))
  for (const { event } of socketCommands) assert.ok(rows(commands).includes(`\`${event}\``), event)
  for (const event of liveEvents()) assert.ok(rows(events).includes(`\`${event}\``), event)
})

test('every event of the document has a type in the client, and the client has no other', async () => {
  const text = await readFile(new URL('../../docs/sockets.md', import.meta.url), 'utf8')
  const [, , events = ''] = text.split(/^## (?:Commands|Events)$/m)
  const named = [...events.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '))
  // Responses to commands stand beside the commands.
  const responses = ['chat:joined', 'call:joined', 'shop:joined', 'shop:left', 'pong', 'resumed', 'resync', 'error']
  assert.deepEqual(Object.keys(liveFrames()).toSorted(), [...named, ...responses].toSorted())
})
