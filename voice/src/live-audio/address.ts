import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AudioAddress } from './types.ts'

/** A socket's path may be 103 bytes long on every system we run on. */
const longestFolder = 103 - '/switchboard-audio-XXXXXX/audio.sock'.length

/** A new address, its folder made and closed to other users. */
export async function createAudioAddress(): Promise<AudioAddress> {
  const token = randomBytes(32).toString('hex')
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\switchboard-audio-${randomBytes(8).toString('hex')}`, token }
  const parent = Buffer.byteLength(tmpdir()) <= longestFolder ? tmpdir() : '/tmp'
  return { path: join(await mkdtemp(join(parent, 'switchboard-audio-')), 'audio.sock'), token }
}
