/** A tone of 440 Hz as a WAV file of 8 kHz, mono, 16 bit. */
export function toneWav(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 8000
  const wav = Buffer.alloc(44 + 2 * rate * seconds)
  wav.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1')
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(2 * rate, 28)
  wav.writeUInt32LE(0x100002, 32)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(wav.length - 44, 40)
  for (let i = 0; i < rate * seconds; i++) wav.writeInt16LE(8000 * Math.sin((2 * Math.PI * 440 * i) / rate), 44 + 2 * i)
  return new Uint8Array(wav)
}
