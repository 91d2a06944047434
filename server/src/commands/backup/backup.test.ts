import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { readConfig } from '../../config.ts'
import { directoryEntries, endOfArchive, writeArchive } from '../../platform/database/embedded/archive.ts'
import { openEmbeddedDatabase } from '../../platform/database/embedded/embedded.ts'
import { backUp } from './back-up.ts'
import { putBack } from './put-back.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-backup-'))
const archive = path.join(folder, 'all.tar.zst')
const log = { info: () => undefined, warn: () => undefined }
const config = readConfig({ DATA_DIR: path.join(folder, 'data') })
let good: Buffer

async function countIn(dataDir: string): Promise<number> {
  const database = await openEmbeddedDatabase({ dataDir, log })
  const pool = new pg.Pool({ ...database.connection, max: 1 })
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from facts')
  await pool.end()
  await database.close()
  return rows[0]!.n
}

before(async () => {
  const database = await openEmbeddedDatabase({ dataDir: config.dataDir, log })
  const pool = new pg.Pool({ ...database.connection, max: 1 })
  await pool.query('create table facts as select generate_series(1, 1000) as n')
  await pool.end()
  await database.close()
  for (const name of ['files/greeting.wav', 'keys/encryption']) {
    await mkdir(path.dirname(path.join(config.dataDir, name)))
    writeFileSync(path.join(config.dataDir, name), name)
  }
  await backUp(config, archive)
  good = readFileSync(archive)
})
after(() => rm(folder, { recursive: true }))

/** Restores these bytes and returns the result; nothing may be left when they are refused. */
async function restored(bytes: Buffer) {
  const file = path.join(folder, 'tried.tar.zst')
  writeFileSync(file, bytes)
  const target = readConfig({ DATA_DIR: path.join(folder, 'restored') })
  try {
    return await putBack(target, file)
  } catch (error) {
    assert.deepEqual(await readdir(target.dataDir), [], 'Nothing was made.')
    throw error
  } finally {
    if (existsSync(path.join(target.dataDir, 'postgres'))) assert.equal(await countIn(target.dataDir), 1000)
    await rm(target.dataDir, { recursive: true })
  }
}

test('everything comes back, and the archive says of when it is', async () => {
  const contents = await restored(good)
  assert.deepEqual(contents?.keys, ['encryption'])
  assert.ok(Date.parse(contents.database_at) <= Date.parse(contents.files_at))
})

test('one bit that is not as it was written is enough for a refusal, wherever it is', async () => {
  const places = Array.from({ length: 60 }, (_, i) => Math.floor((i * (good.length - 1)) / 59))
  // And each byte of its beginning and of the checksum at its end.
  for (let i = 0; i < 20; i++) places.push(i)
  for (let i = 1; i <= 50; i++) places.push(good.length - i)
  for (const place of places) {
    const bad = Buffer.from(good)
    bad[place]! ^= 1 << (place % 8)
    await assert.rejects(restored(bad), /is damaged|is not an archive/, `byte ${place} of ${good.length}`)
  }
})

test('what is cut short, longer than it was, empty or something else is refused', async () => {
  for (const size of [0, 3, 100, good.length >> 1, good.length - 60, good.length - 48, good.length - 1])
    await assert.rejects(restored(good.subarray(0, size)), /is damaged|is not an archive/, `${size} bytes`)
  await assert.rejects(restored(Buffer.concat([good, good])), /is damaged/)
  await assert.rejects(restored(Buffer.from('{"not": "an archive"}'.repeat(100))), /is not an archive made by this/)
})

test('an archive from before there were checksums is taken', async () => {
  const file = path.join(folder, 'old.tar.zst')
  async function* parts() {
    yield* directoryEntries(config.dataDir, (name) => /^(files|keys|snapshots)(\/|$)/.test(name))
    yield* endOfArchive()
  }
  await writeArchive(file, parts())
  const withChecksum = readFileSync(file)
  assert.equal(await restored(withChecksum.subarray(0, withChecksum.length - 48)), null)
})

test('a file that is there is not overwritten unless that is asked for', async () => {
  await assert.rejects(backUp(config, archive), /is there already.*--force/)
  assert.deepEqual(readFileSync(archive), good)
  await backUp(config, archive, { force: true })
  assert.notDeepEqual(readFileSync(archive), good)
})
