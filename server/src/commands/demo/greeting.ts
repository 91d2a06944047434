const sampleRate = 8000
const notesHz = [523.25, 659.25, 783.99, 1046.5] // C major, upwards
const noteSeconds = 0.5
const headerBytes = 44

/** Two seconds of a rising chord, as a WAV file of 8 kHz, mono, 16 bit. */
export function greetingWav(): Buffer {
  const perNote = sampleRate * noteSeconds
  const wav = Buffer.alloc(headerBytes + 2 * notesHz.length * perNote)
  writeHeader(wav)
  notesHz.forEach((hz, note) => {
    for (let i = 0; i < perNote; i++) {
      const fade = Math.exp((-3 * i) / perNote)
      const sample = 12_000 * fade * Math.sin((2 * Math.PI * hz * i) / sampleRate)
      wav.writeInt16LE(Math.round(sample), headerBytes + 2 * (note * perNote + i))
    }
  })
  return wav
}

function writeHeader(wav: Buffer): void {
  wav.write('RIFF')
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(sampleRate, 24)
  wav.writeUInt32LE(2 * sampleRate, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(wav.length - headerBytes, 40)
}
