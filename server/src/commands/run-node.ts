import type { VoiceChange, VoiceProcess } from '@switchboard/voice'
import type { App } from '../app.ts'
import type { Config } from '../config.ts'
import { type ControlServer, serveControl } from '../platform/control/server.ts'
import { type OpenDatabase, openDatabase } from '../platform/database/open.ts'
import { createLog, type Log } from '../platform/log.ts'
import { controlCommands } from './control-commands.ts'

const shutDownWithinMs = 15_000

/**
 * Runs a node until SIGINT or SIGTERM, then ends it in order: exit code 0, or 1 when that takes longer than 15 s. A
 * second signal ends it at once.
 */
export async function runUntilSignal(
  config: Config,
  { http }: { http: boolean },
  onReady: (url: string) => void,
): Promise<void> {
  const signalled = firstSignal()
  const log = createLog(config.logLevel, undefined, config.logFormat)
  const { createApp, database } = await loadBesideDatabase(config, log)
  const started = Promise.withResolvers<void>()
  const voice = await createVoice(config, log, started.promise)
  let control: ControlServer | undefined
  try {
    const app = await createApp({ config, log, database, voice, http })
    try {
      // Only one process can have the embedded database, so it does what others ask of it.
      if (database.kind === 'embedded')
        control = await serveControl(config.dataDir, controlCommands(database, app.services), log)
      if (http) onReady(await app.listen())
      await app.work()
      if (!http) onReady('')
      started.resolve()
    } catch (error) {
      await app.close()
      throw error
    }
    log.info({ signal: await signalled }, 'Shutting down.')
    await shutDown(app, voice)
  } finally {
    control?.close()
    started.resolve()
    await voice.close()
    log.flush()
  }
  // A forgotten handle must not keep the process alive.
  process.exit()
}

/** The embedded database opens in a thread of its own, which takes as long as loading the program does. */
async function loadBesideDatabase(
  config: Config,
  log: Log,
): Promise<{ createApp: typeof import('../app.ts').createApp; database: OpenDatabase }> {
  const [database, app] = await Promise.allSettled([openDatabase(config, log), import('../app.ts')])
  if (database.status === 'rejected') throw database.reason
  if (app.status === 'fulfilled') return { createApp: app.value.createApp, database: database.value }
  await database.value.close()
  throw app.reason
}

async function shutDown(app: App, voice: VoiceProcess): Promise<void> {
  const late = setTimeout(() => {
    console.error('Shutting down took too long; what was left is cut off.')
    process.exit(1)
  }, shutDownWithinMs)
  await app.close()
  await voice.close()
  clearTimeout(late)
}

/**
 * The telephone engine, in a process of its own. It comes up when everything else has, which needs the processor until
 * then; a SIP port in use holds up nothing.
 */
async function createVoice({ sip }: Config, log: Log, startAfter: Promise<void>): Promise<VoiceProcess> {
  const { createVoiceProcess } = await import('@switchboard/voice')
  return createVoiceProcess({
    startAfter,
    engine: {
      sip: { host: sip.host, port: sip.port },
      rtpPorts: sip.rtpPorts,
      allowPrivate: sip.allowPrivate,
      ...(sip.externalIp && { advertisedHost: sip.externalIp }),
      limits: { maxCalls: sip.maxCalls },
    },
    onChange: (change) => report(change, log),
  })
}

function report(change: VoiceChange, log: Log): void {
  if (change.state === 'running') log.info({ pid: change.pid }, 'The telephone engine runs.')
  else if (change.state === 'lost')
    log.error(change, 'The telephone engine ended unexpectedly; its calls are lost. It is being restarted.')
  else
    log.warn(
      change,
      'The telephone engine cannot start, so no calls are made or taken. It is tried again until it can.',
    )
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let count = 0
    const receive = (signal: string) => {
      if (++count > 1) process.exit(1)
      resolve(signal)
    }
    process.on('SIGINT', receive).on('SIGTERM', receive)
  })
}
