import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild, untilReady } from '../child.ts'
import { freePort, isUdpBound } from '../ports.ts'
import { encodeMuLaw } from './audio.ts'
import { keyPressPcap } from './dtmf-pcap.ts'
import { followShortMessages } from './sipp-log.ts'
import type { ObservedCall } from './sipp-log.ts'
import { calledPeople, keyPressName, silenceName } from './sipp-called.ts'
import type { Script } from './sipp-called.ts'
import { caller } from './sipp-caller.ts'

export type { ObservedCall } from './sipp-log.ts'
export type { Script } from './sipp-called.ts'

const host = '127.0.0.1'

export interface CalledPeople extends AsyncDisposable {
  readonly port: number
  /** The calls so far, in order. */
  calls(): Promise<ObservedCall[]>
  stop(): Promise<void>
}

/** Starts one SIPp that plays all callees. `port` defaults to a free one. Give it when other programs need it before the start. */
export async function startCalledPeople({
  folder,
  script,
  port,
}: {
  folder: string
  script: Script
  port?: number
}): Promise<CalledPeople> {
  const sipp = await prepare(folder, 'called', port)
  await writeFile(sipp.scenarioPath, calledPeople(script, sipp.home))
  await writeKeyPresses(script, sipp.home)
  const child = await startChild({
    command: 'sipp',
    args: [...sipp.args, '-aa', ...(echoes(script) ? ['-rtp_echo'] : [])],
    cwd: sipp.home,
    logPath: sipp.logPath,
  })
  await untilReady(child, sipp.logPath, () => isUdpBound(sipp.port))
  const stop = () => child.stop()
  return {
    port: sipp.port,
    calls: followShortMessages(sipp.messagesPath),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const everyone = ({ byNumberEnding, otherwise }: Script) => [...Object.values(byNumberEnding).flat(), otherwise]

const echoes = (script: Script) =>
  everyone(script).some((behaviour) => behaviour.does === 'press' && behaviour.talkPath === 'echo')

async function writeKeyPresses(script: Script, folder: string): Promise<void> {
  for (const behaviour of everyone(script)) {
    const keys = behaviour.does === 'press' ? behaviour.keys : ''
    for (const [position, key] of Array.from(keys).entries())
      await writeFile(join(folder, keyPressName(key, position)), keyPressPcap(key, position))
  }
}

export interface PlaceCallsOptions {
  folder: string
  proxyPort: number
  user: string
  password: string
  realm: string
  numbers: string[]
  /** Raw µ-law, looped; default silence. */
  talkPath?: string
  /** Default 1000. */
  talkMs?: number
  callsPerSecond?: number
}

/** Calls each number once through the proxy, with digest, and hangs up after talking. Throws when a call fails. */
export async function placeCalls(options: PlaceCallsOptions): Promise<void> {
  const { folder, proxyPort, numbers, talkMs = 1000, callsPerSecond = 10 } = options
  const sipp = await prepare(folder, 'caller')
  const numbersPath = join(sipp.home, 'numbers.csv')
  await writeFile(numbersPath, ['SEQUENTIAL', ...numbers, ''].join('\n'))
  await writeFile(sipp.scenarioPath, caller({ ...options, talkPath: options.talkPath ?? sipp.silencePath, talkMs }))
  const allowedSeconds = Math.ceil(numbers.length / callsPerSecond + talkMs / 1000) + 15
  const args = [
    `${host}:${proxyPort}`,
    ...sipp.args,
    '-inf',
    numbersPath,
    '-m',
    `${numbers.length}`,
    '-r',
    `${callsPerSecond}`,
    '-timeout',
    `${allowedSeconds}s`,
    '-timeout_error',
  ]
  const child = await startChild({ command: 'sipp', args, cwd: sipp.home, logPath: sipp.logPath })
  const code = await child.exited
  if (code !== 0)
    throw new Error(
      `SIPp's callers failed (exit ${code}), see ${sipp.home}:\n${(await readFile(sipp.errorsPath, 'utf8').catch(() => '')).slice(0, 2000)}`,
    )
}

let prepared = 0

async function prepare(folder: string, role: string, fixedPort?: number) {
  const home = join(folder, `sipp-${role}-${++prepared}`)
  await mkdir(home)
  const file = (name: string) => join(home, name)
  const silencePath = file(silenceName)
  await writeFile(silencePath, encodeMuLaw(new Int16Array(8000)))
  const port = fixedPort ?? (await freePort())
  const mediaPort = await freePort(4)
  const options = {
    sf: file('scenario.xml'),
    i: host,
    p: `${port}`,
    mi: host,
    mp: `${mediaPort}`,
    cp: `${await freePort()}`,
    shortmessage_file: file('messages.tsv'),
    message_file: file('messages.log'),
    error_file: file('errors.log'),
  }
  const flags = ['-nostdin', '-trace_shortmsg', '-trace_msg', '-trace_err']
  const args = [...flags, ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, value])]
  return {
    home,
    port,
    args,
    silencePath,
    scenarioPath: file('scenario.xml'),
    messagesPath: file('messages.tsv'),
    errorsPath: file('errors.log'),
    logPath: file('sipp.log'),
  }
}
