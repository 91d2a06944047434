import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { describeGateway } from '../conformance.ts'
import { overLoopback } from '../conformance/loopback.ts'
import { createVoiceProcess } from './remote.ts'

// Each test forks a voice process: let them share what they compiled.
process.env['NODE_COMPILE_CACHE'] = mkdtempSync(join(tmpdir(), 'switchboard-compiled-'))
after(() => rmSync(process.env['NODE_COMPILE_CACHE']!, { recursive: true, force: true }))

describeGateway(
  'voice process',
  overLoopback((engine) => createVoiceProcess({ engine })),
  { concurrency: 4 },
)
