/** A listener process. It returns the audio, or, on the call `barge-in`, speaks until the other party speaks. */
import { connectAudioListener, type AudioAddress, type AudioChannel } from '../../voice/src/live-audio/listener.ts'

export interface ListenerReport {
  channels: number
  heardSamples: number
  lostMs: number
  underruns: number
}

const report: ListenerReport = { channels: 0, heardSamples: 0, lostMs: 0, underruns: 0 }

/** Louder audio counts as speech. */
const loud = 4_000
const speech = new Int16Array(8_000 * 10).fill(8_000)

process.on('message', (message: AudioAddress | 'report') => {
  if (message === 'report') process.send!(report)
  else void connectAudioListener(message, take).then(() => process.send!('listening'))
})
process.once('disconnect', () => process.exit(0))

function take(channel: AudioChannel) {
  return channel.legId.startsWith('barge-in') ? speakUntilTheyDo(channel) : echo(channel)
}

function echo(channel: AudioChannel) {
  report.channels++
  return {
    onAudio(samples: Int16Array) {
      report.heardSamples += samples.length
      void channel.send(samples)
    },
    onLost: (ms: number) => void (report.lostMs += ms),
    onUnderrun: () => void report.underruns++,
  }
}

/** Stops at the first loud sample. Speaks again after 1.5 s of silence. */
function speakUntilTheyDo(channel: AudioChannel) {
  let isSpeaking = false
  let quietSamples = 0
  return {
    onAudio(samples: Int16Array) {
      const isLoud = samples.some((sample) => Math.abs(sample) > loud)
      quietSamples = isLoud ? 0 : quietSamples + samples.length
      if (isLoud && isSpeaking) {
        isSpeaking = false
        void channel.flush()
      }
      if (!isSpeaking && quietSamples >= 12_000) {
        isSpeaking = true
        void channel.send(speech)
      }
    },
  }
}
