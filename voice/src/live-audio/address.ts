import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AudioAddress } from './types.ts'

/** The longest socket path that every supported system accepts, in bytes. */
const longestFolder = 103 - '/switchboard-audio-XXXXXX/audio.sock'.length

/** Creates a new address and its folder, which other users cannot read. */
export async function createAudioAddress(): Promise<AudioAddress> {
  const token = randomBytes(32).toString('hex')
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\switchboard-audio-${randomBytes(8).toString('hex')}`, token }
  const parent = Buffer.byteLength(tmpdir()) <= longestFolder ? tmpdir() : '/tmp'
  return { path: join(await mkdtemp(join(parent, 'switchboard-audio-')), 'audio.sock'), token }
}
