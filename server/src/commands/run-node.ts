import { createVoiceProcess, type VoiceChange, type VoiceProcess } from '@switchboard/voice'
import { type App, createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createLog, type Log } from '../platform/log.ts'

const shutDownWithinMs = 15_000

/**
 * Runs a node until SIGINT or SIGTERM, then ends it in order: exit code 0, or 1 when that takes longer than 15 s. A second
 * signal ends it at once.
 */
export async function runUntilSignal(config: Config, { http }: { http: boolean }, onReady: (url: string) => void): Promise<void> {
  const signalled = firstSignal()
  const log = createLog(config.logLevel)
  const voice = await startVoice(config, log)
  try {
    const app = await createApp({ config, log, voice, http })
    try {
      onReady(http ? await app.listen() : '')
    } catch (error) {
      await app.close()
      throw error
    }
    log.info({ signal: await signalled }, 'Shutting down.')
    await shutDown(app, voice)
  } finally {
    await voice.close()
    log.flush()
  }
  // A handle that somebody forgot must not keep the process alive.
  process.exit()
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

/** The telephone engine, in a process of its own. It comes up beside everything else: a SIP port in use holds up nothing. */
function startVoice({ sip }: Config, log: Log): Promise<VoiceProcess> {
  return createVoiceProcess({
    inBackground: true,
    engine: {
      sip: { host: sip.host, port: sip.port },
      rtpPorts: sip.rtpPorts,
      ...(sip.externalIp && { advertisedHost: sip.externalIp }),
      limits: { maxCalls: sip.maxCalls },
    },
    onChange: (change) => report(change, log),
  })
}

function report(change: VoiceChange, log: Log): void {
  if (change.state === 'running') log.info({ pid: change.pid }, 'The telephone engine runs.')
  else if (change.state === 'lost') log.error(change, 'The telephone engine ended unexpectedly; its calls are lost. It is being restarted.')
  else log.warn(change, 'The telephone engine cannot start, so no calls are made or taken. It is tried again until it can.')
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
