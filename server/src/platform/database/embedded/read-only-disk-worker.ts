/**
 * Run by the test in a process of its own: writes to an embedded database while its disk turns read-only and back, and prints
 * what came of it. The fault is below PGlite's file system, in Node's own calls, in the database's thread too (`--import`).
 */
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../../../config.ts'
import { createLog } from '../../log.ts'
import { databaseError } from '../errors.ts'
import { openDatabase } from '../open.ts'

const [dataDir = '', marker = ''] = process.argv.slice(2)
const database = await openDatabase(readConfig({ DATA_DIR: dataDir }), createLog('silent'))
const { pool } = database
await pool.query('create table facts (n int)')
await pool.query('insert into facts values (1)')
const refusals = new Set<string>()
const attempt = async (n: number) => {
  try {
    await pool.query('insert into facts values ($1)', [n])
    return true
  } catch (error) {
    const { status, message } = databaseError(error) as { status?: number; message: string }
    refusals.add(`${status ?? 'no status'} ${message}`)
    return false
  }
}
writeFileSync(marker, '')
const during = [await attempt(2), await attempt(3)]
rmSync(marker)
while (!(await attempt(4))) await delay(100) // the test that runs this has a limit
const { rows } = await pool.query<{ n: number }>('select n from facts order by n')
await database.close()
console.log(JSON.stringify({ during, refusals: [...refusals], kept: rows.map(({ n }) => n) }))
