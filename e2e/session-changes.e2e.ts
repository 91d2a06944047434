import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createVoiceProcess } from '@switchboard/voice'
import { startChild, untilReady } from './child.ts'
import { freePort, isUdpBound } from './ports.ts'
import { withScratch } from './scratch.ts'

const host = '127.0.0.1'
const scenario = fileURLToPath(new URL('peers/session-changes.xml', import.meta.url))

test('SIPp refreshes, holds, resumes without an offer and changes the codec: the call lives until it hangs up', () =>
  withScratch('session-changes', async (folder) => {
    const [port, mediaPort, rtp] = [await freePort(), await freePort(4), await freePort(20)]
    const errors = join(folder, 'errors.log')
    const at = ['-i', host, '-p', String(port), '-mi', host, '-mp', String(mediaPort)]
    const sipp = await startChild({
      command: 'sipp',
      args: ['-sf', scenario, ...at, '-m', '1', '-nostdin', '-timeout', '60', '-trace_err', '-error_file', errors],
      cwd: folder,
      logPath: join(folder, 'sipp.log'),
    })
    await untilReady(sipp, join(folder, 'sipp.log'), () => isUdpBound(port))
    // SIPp knows this one call: an OPTIONS would be an unexpected message.
    const gateway = await createVoiceProcess({
      engine: {
        sip: { host, port: 0 },
        rtpPorts: { from: rtp, to: rtp + 19 },
        allowPrivate: true,
        checkTrunksEveryMs: Infinity,
      },
    })
    try {
      await gateway.upsertTrunk({
        id: 'sipp',
        host,
        port,
        transport: 'udp',
        username: 'house',
        password: 'secret',
        register: false,
        maxConcurrentCalls: 1,
        callsPerSecond: 1,
        transferMode: 'bridge',
      })
      const request = { attemptId: 'changing', trunkId: 'sipp', to: '100', callerId: '', ringTimeoutMs: 10_000 }
      const leg = await gateway.originate({ ...request, maxDurationMs: 60_000 })
      const events = []
      for await (const event of leg.events) events.push(event)
      const ended = events.at(-1)!
      assert.ok(ended.t === 'ended' && ended.by === 'remote' && ended.cause === 'completed')
      assert.equal(await sipp.exited, 0, await readFile(errors, 'utf8').catch(() => ''))
    } finally {
      await gateway.close()
      await sipp.stop()
    }
  }))
