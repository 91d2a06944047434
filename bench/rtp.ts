/**
 * Measures the cost of the media engine: sessions playing a file to plain UDP sockets in a child process, which echo every packet.
 *
 *   node bench/rtp.ts [sessions=200] [seconds=15]
 *
 * Prints the CPU of the engine's process alone (in % of one core), the lateness of packets, and lost packets.
 */
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as wait } from 'node:timers/promises'

import { createMediaEngine } from '../voice/src/media/engine.ts'
import { wavHeader } from '../voice/src/media/audio/wav.ts'

const host = '127.0.0.1'
const maxSessions = 2000
const maxSeconds = 120
const isEcho = process.argv[2] === 'echo'

if (isEcho) await echo(Number(process.argv[3]))
else await measure(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 15))

async function echo(count: number): Promise<void> {
  const ports = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocket({
        type: 'udp4',
        lookup: (address, _options, done) => done(null, address, 4),
      })
      socket.on('message', (datagram, from) => socket.send(datagram, from.port, from.address))
      const listening = once(socket, 'listening')
      socket.bind(0, host)
      await listening
      return socket.address().port
    }),
  )
  process.send!(ports)
  await once(process, 'disconnect')
  process.exit()
}

async function measure(count: number, seconds: number): Promise<void> {
  if (!(count >= 1 && count <= maxSessions && seconds >= 1 && seconds <= maxSeconds))
    throw new RangeError(`Give 1 to ${maxSessions} sessions and 1 to ${maxSeconds} seconds.`)
  const peer = fork(fileURLToPath(import.meta.url), ['echo', String(count)])
  try {
    const [ports] = (await once(peer, 'message')) as [number[]]
    const machine = `${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]!.toFixed(1)}`
    console.log(`${count} sessions, ${seconds} s, node ${process.version}, ${machine}`)
    console.log(`bare sockets  ${await bareSockets(ports, seconds)}`)
    console.log(`media engine  ${await mediaEngine(ports, seconds)}`)
  } finally {
    peer.disconnect()
  }
}

interface Counts {
  sent: number
  received: number
}

/** Runs for the given time and returns the cost, without the start. */
async function costOf(seconds: number, counts: () => Counts): Promise<string> {
  await wait(2000)
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const before = counts()
  await wait(seconds * 1000)
  const after = counts()
  const { user, system } = process.cpuUsage(cpu)
  const percent = (user + system) / 10 / (performance.now() - startedAt)
  return `${percent.toFixed(1)} % of one core, ${after.sent - before.sent} sent, ${after.received - before.received} received`
}

/** The baseline of Node: datagrams at the same rate, without content and without reading. */
async function bareSockets(ports: number[], seconds: number): Promise<string> {
  const counts = { sent: 0, received: 0 }
  const datagram = Buffer.alloc(172)
  const sockets = ports.map(() => {
    const socket = createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) })
    socket.on('message', () => counts.received++)
    return socket.bind(0, host)
  })
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 20) * sockets.length)
    for (; counts.sent < due; counts.sent++) {
      const i = counts.sent % sockets.length
      sockets[i]!.send(datagram, 0, datagram.length, ports[i], host)
    }
  }, 2)
  const cost = await costOf(seconds, () => ({ ...counts }))
  clearInterval(timer)
  for (const socket of sockets) socket.close()
  return cost
}

async function mediaEngine(ports: number[], seconds: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rtp-bench-'))
  const engine = createMediaEngine({ host, portRange: { from: 20_000, to: 20_000 + 2 * ports.length + 199 } })
  try {
    const media = { path: join(folder, 'noise.wav') }
    await writeFile(media.path, noise(10))
    const sessions = await Promise.all(ports.map(() => engine.createSession({})))
    for (const [i, session] of sessions.entries()) {
      session.offer()
      session.applyAnswer(answer(ports[i]!))
      session.play(media, { loop: true })
      session.start()
      // Calls do not start at the same time.
      if (i % 10 === 9) await wait(5)
    }
    const sum = (count: 'packetsSent' | 'packetsReceived' | 'packetsLost') =>
      sessions.reduce((total, session) => total + session.stats()[count], 0)
    const cost = await costOf(seconds, () => ({ sent: sum('packetsSent'), received: sum('packetsReceived') }))
    const { p50Ms, p99Ms, maxMs } = engine.lateness()
    const lateness = `lateness of the last 10 s p50 ${p50Ms.toFixed(2)} p99 ${p99Ms.toFixed(2)} max ${maxMs.toFixed(2)} ms`
    const rssMb = process.memoryUsage().rss / 1_048_576
    return `${cost}, ${sum('packetsLost')} lost in all, ${lateness}, ${rssMb.toFixed(0)} MB resident`
  } finally {
    await engine.close()
    await rm(folder, { recursive: true })
  }
}

function answer(port: number): string {
  return `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=sendrecv\r\n`
}

function noise(seconds: number): Buffer {
  const samples = Int16Array.from({ length: seconds * 8000 }, () => (Math.random() - 0.5) * 20_000)
  return Buffer.concat([wavHeader(1, samples.length), Buffer.from(samples.buffer)])
}
