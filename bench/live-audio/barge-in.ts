/** Measures how fast speech stops when the other party begins to talk, at their end of the line. */
import { setTimeout as wait } from 'node:timers/promises'
import { createMediaEngine } from '../../voice/src/media/engine.ts'
import type { MediaSession } from '../../voice/src/media/types.ts'
import type { LiveAudio } from '../../voice/src/media/live-audio.ts'
import { createUserAgent } from '../../voice/src/sip/user-agent.ts'
import type { VoiceProcess } from '../../voice/src/index.ts'

const host = '127.0.0.1'
const rounds = 12
const talkMs = 200
const frameMs = 20
/** A longer silence means that our speech has stopped, and not that the machine was busy. */
const quietMs = 800

/** Calls a party who interrupts 12 times. Returns how long they received speech after their first packet. */
export async function measureBargeIn(gateway: VoiceProcess): Promise<string> {
  const userAgent = await createUserAgent({ host, port: 0, userAgent: 'Interrupter' })
  const media = createMediaEngine({ host, portRange: { from: 19_000, to: 19_099 } })
  const ear = createEar()
  const answered = Promise.withResolvers<LiveAudio>()
  userAgent.onInvite(
    () => true,
    (call) => {
      void media.createSession({}).then((session) => {
        const description = session.answerOffer(call.offer ?? '')
        call.answer(description)
        session.start()
        answered.resolve(openMouth(session, ear))
        call.handlers = { onBye: () => session.close() }
      })
    },
  )
  try {
    const trunk = { id: 'interrupter', host, port: userAgent.port, transport: 'udp', transferMode: 'bridge' } as const
    await gateway.upsertTrunk({
      ...trunk,
      username: 'bench',
      password: '',
      register: false,
      maxConcurrentCalls: 1,
      callsPerSecond: 10,
    })
    const attemptId = `barge-in-${Date.now()}`
    const limits = { ringTimeoutMs: 10_000, maxDurationMs: 600_000 }
    const leg = await gateway.originate({ attemptId, trunkId: trunk.id, to: '1', callerId: '', ...limits })
    const mouth = await answered.promise
    for await (const event of leg.events) if (event.t === 'answered') break
    await leg.openAudio()
    const tookMs: number[] = []
    for (let round = 0; round < rounds; round++) {
      while (!ear.hears()) await wait(frameMs)
      await wait(300 + Math.random() * frameMs)
      const startedAt = performance.now()
      mouth.write(new Int16Array(talkMs * 8).fill(8_000))
      while (ear.hears()) await wait(5)
      tookMs.push(ear.lastLoudAt - startedAt)
    }
    await leg.hangup()
    tookMs.sort((a, b) => a - b)
    const frames = (ms: number) => `${ms.toFixed(0)} ms (${Math.max(0, ms / frameMs).toFixed(1)} frames)`
    return `barge-in, from their first word to our last, ${rounds} times: median ${frames(tookMs[rounds / 2]!)}, worst ${frames(tookMs.at(-1)!)}`
  } finally {
    await userAgent.close()
    await media.close()
  }
}

interface Ear {
  lastLoudAt: number
  hears(): boolean
}

function createEar(): Ear {
  const ear: Ear = { lastLoudAt: -Infinity, hears: () => performance.now() - ear.lastLoudAt < quietMs }
  return ear
}

function openMouth(session: MediaSession, ear: Ear): LiveAudio {
  return session.openAudio(
    {},
    {
      onHeard(samples) {
        if (samples.some((sample) => Math.abs(sample) > 4_000)) ear.lastLoudAt = performance.now()
      },
      onProgress() {},
      onMark() {},
      onUnderrun() {},
      onClosed() {},
    },
  )
}
