import { constants, existsSync } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.ts'
import { loadKeys } from '../../platform/crypto/key-files.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

const gibibyte = 1024 ** 3
const readableByOthers = 0o077

export async function checkDataDir({ dataDir }: Config): Promise<Finding> {
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return failed(
      'data directory',
      `${dataDir} cannot be written.`,
      `Run as the user it belongs to, or: chown -R <user> ${dataDir}`,
    )
  }
  const mode = (await stat(dataDir)).mode & 0o777
  if (mode & readableByOthers) {
    return warning(
      'data directory',
      `${dataDir} is open to other users (mode ${mode.toString(8)}).`,
      `chmod 700 ${dataDir}`,
    )
  }
  return ok('data directory', 'Writable, and closed to other users.')
}

export async function checkDiskSpace({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const freeGib = (bavail * bsize) / gibibyte
  const message = `${freeGib.toFixed(1)} GiB free.`
  if (freeGib < 0.2) return failed('disk space', message, 'Make room: a full disk stops the database.')
  if (freeGib < 2)
    return warning(
      'disk space',
      message,
      'Make room soon: recordings take 1 MB a minute, snapshots twice the database.',
    )
  return ok('disk space', message)
}

const keys = [
  { file: 'encryption', variable: 'ENCRYPTION_KEYS', given: (config: Config) => config.encryptionKeys },
  { file: 'tokens', variable: 'JWT_KEYS', given: (config: Config) => config.tokenKeys },
]

export async function checkKeys(config: Config): Promise<Finding[]> {
  return Promise.all(keys.map((key) => checkKey(config, key)))
}

async function checkKey(config: Config, { file, variable, given }: (typeof keys)[number]): Promise<Finding> {
  const subject = `${file === 'tokens' ? 'token' : file} keys`
  const target = path.join(config.dataDir, 'keys', file)
  const text = given(config)
  if (text === null && !existsSync(target)) return ok(subject, `Will be made at the first start, in ${target}.`)
  try {
    const [newest, ...older] = loadKeys(text, config.dataDir, file, variable)
    const source = text === null ? target : variable
    if (text === null && (await stat(target)).mode & readableByOthers) {
      return failed(subject, `${target} can be read by other users.`, `chmod 600 ${target}`)
    }
    if (text === null && config.database.url) {
      return warning(
        subject,
        `In ${source}, on this machine only.`,
        `Several nodes need the same keys: set ${variable} on each.`,
      )
    }
    return ok(
      subject,
      `Strong; "${newest?.name}" from ${source}${older.length > 0 ? `, and ${older.length} older` : ''}.`,
    )
  } catch (error) {
    return failed(subject, (error as Error).message, 'Make one with: echo "k1:$(openssl rand -base64 32)"')
  }
}
