import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, untilReady } from '../child.ts'
import { freePort } from '../ports.ts'
import { makeTestSignal, readWav, writeWav } from './audio.ts'

export interface BaresipOptions {
  folder: string
  registrar: { host: string; port: number }
  user: string
  password: string
  /** The audio that it plays once per call: 8 kHz mono WAV. Default: ten seconds of a test signal. */
  talkPath?: string
}

interface BaresipEvent {
  event: true
  type: string
  /** The key, the reason, the other side's address: depends on the type. */
  param?: string
  peeruri?: string
}

interface CommandAnswer {
  ok: boolean
  data: string
}

/** A person at a softphone: registered (again every 10 s), answers every call at once, and records what they hear. */
export interface Baresip extends AsyncDisposable {
  readonly user: string
  /**
   * The next event of this type (`CALL_ESTABLISHED`, `CALL_DTMF_START`, `CALL_CLOSED`, …) that was not returned before, past or
   * future. Throws after `timeoutMs`, default 10,000.
   */
  untilEvent(type: string, timeoutMs?: number): Promise<BaresipEvent>
  /** Drops the events so far, so that `untilEvent` returns only later ones. */
  forgetEvents(): void
  dial(uri: string): Promise<void>
  pressKey(key: string): Promise<void>
  hangUp(): Promise<void>
  /** The received audio: a recording per call, oldest first. Complete for calls that have ended. */
  heard(): Promise<Int16Array[]>
  stop(): Promise<void>
}

const host = '127.0.0.1'

export async function startBaresip({ folder, registrar, user, password, talkPath }: BaresipOptions): Promise<Baresip> {
  const home = join(folder, `baresip-${user}`)
  const recordings = join(home, 'recordings')
  await mkdir(recordings, { recursive: true })
  const [sipPort, controlPort, rtpPort] = [await freePort(), await freePort(), await freePort(100)]
  const source = talkPath ?? join(home, 'talk.wav')
  if (!talkPath) await writeWav(source, makeTestSignal({ seconds: 10, seed: 7 }))
  const account = `<sip:${user}@${registrar.host}:${registrar.port}>;auth_user=${user};auth_pass=${password};regint=10;answermode=auto;audio_codecs=PCMU`
  await writeFile(join(home, 'accounts'), `${account}\n`)
  await writeFile(join(home, 'contacts'), '')
  await writeFile(join(home, 'config'), configuration({ sipPort, controlPort, rtpPort, source, home, recordings }))

  const logPath = join(home, 'baresip.log')
  const child = await startChild({ command: 'baresip', args: ['-f', home], cwd: home, logPath })
  let socket: Socket | undefined
  await untilReady(
    child,
    logPath,
    async () => (socket ??= await connect(controlPort)) !== undefined && isRegistered(logPath),
  )
  const control = startControl(socket!)
  const stop = async () => {
    socket!.destroy()
    await child.stop()
  }
  return {
    user,
    untilEvent: (type, timeoutMs) => control.untilEvent(type, timeoutMs),
    forgetEvents: () => control.forgetEvents(),
    dial: (uri) => control.run('dial', uri),
    pressKey: (key) => control.run('sndcode', key),
    hangUp: () => control.run('hangup'),
    async heard() {
      const names = await readdir(recordings)
      return Promise.all(
        names
          .filter((name) => name.endsWith('-dec.wav'))
          .toSorted()
          .map((name) => readWav(join(recordings, name))),
      )
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** baresip 1.0.0 does not offer the loopback interface by itself. Media addresses of this machine reach it nevertheless. */
function configuration(paths: {
  sipPort: number
  controlPort: number
  rtpPort: number
  source: string
  home: string
  recordings: string
}): string {
  return `poll_method epoll
sip_listen ${host}:${paths.sipPort}
call_max_calls 100
audio_player aufile,${join(paths.home, 'played.wav')}
audio_source aufile,${paths.source}
audio_alert aufile,${join(paths.home, 'alert.wav')}
audio_srate 8000
audio_channels 1
rtp_ports ${paths.rtpPort}-${paths.rtpPort + 99}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app contact.so
module ctrl_tcp.so
ctrl_tcp_listen ${host}:${paths.controlPort}
snd_path ${paths.recordings}
`
}

/** Reads the log, because the event may come before a listener is attached. */
async function isRegistered(logPath: string): Promise<boolean> {
  return (await readFile(logPath, 'utf8')).includes('} 200 OK')
}

async function connect(port: number): Promise<Socket | undefined> {
  const socket = createConnection(port, host)
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return undefined // it is not listening yet: untilReady asks again
  }
}

/** baresip's ctrl_tcp: JSON in netstrings (`<length>:<json>,`), both ways. Events and responses share the connection. */
function startControl(socket: Socket) {
  const unread: BaresipEvent[] = []
  const answers: CommandAnswer[] = []
  let pending = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    for (let message = takeNetstring(); message !== undefined; message = takeNetstring()) {
      const parsed = JSON.parse(message) as BaresipEvent | CommandAnswer
      if ('event' in parsed) unread.push(parsed)
      else answers.push(parsed)
    }
  })

  function takeNetstring(): string | undefined {
    const colon = pending.indexOf(':')
    if (colon < 0) return undefined
    const end = colon + 1 + Number(pending.toString('latin1', 0, colon))
    if (pending.length <= end) return undefined
    const message = pending.toString('utf8', colon + 1, end)
    pending = pending.subarray(end + 1)
    return message
  }

  return {
    async untilEvent(type: string, timeoutMs = 30_000): Promise<BaresipEvent> {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const found = unread.findIndex((event) => event.type === type)
        if (found >= 0) return unread.splice(found, 1)[0]!
        if (Date.now() > deadline)
          throw new Error(
            `baresip did not report ${type} within ${timeoutMs} ms, only ${unread.map((event) => event.type).join(', ') || 'nothing'}.`,
          )
        await sleep(20)
      }
    },
    forgetEvents() {
      unread.length = 0
    },
    async run(command: string, params = ''): Promise<void> {
      const asked = answers.length
      const json = JSON.stringify({ command, params })
      socket.write(`${Buffer.byteLength(json)}:${json},`)
      const deadline = Date.now() + 30_000
      while (answers.length === asked) {
        if (Date.now() > deadline) throw new Error(`baresip did not answer the command ${command}.`)
        await sleep(10)
      }
      if (!answers[asked]!.ok) throw new Error(`baresip refused the command ${command}: ${answers[asked]!.data}`)
    },
  }
}
