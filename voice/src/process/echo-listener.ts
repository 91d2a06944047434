import { connectAudioListener } from '../live-audio/listener.ts'
import type { AudioAddress } from '../live-audio/types.ts'

/**
 * Stands for a listener in a process of its own: says what it hears. Gets the address over IPC, reports `listening`, counts
 * on request, ends with its parent.
 */
const counts = { heardSamples: 0, underruns: 0, lostMs: 0, channels: 0 }

process.on('message', (message: AudioAddress | 'report') => {
  if (message === 'report') process.send!({ ...counts, cpu: process.cpuUsage() })
  else void listen(message)
})
process.once('disconnect', () => process.exit(0))

async function listen(address: AudioAddress): Promise<void> {
  await connectAudioListener(address, (channel) => {
    counts.channels++
    return {
      onAudio(samples) {
        counts.heardSamples += samples.length
        void channel.send(samples)
      },
      onUnderrun: () => counts.underruns++,
      onLost: (ms) => (counts.lostMs += ms),
    }
  })
  process.send!('listening')
}
