/** Run by the tests in a process of its own: inserts 1, 2, 3 … and prints each number once its commit is acknowledged. */
import pg from 'pg'
import { openEmbeddedDatabase } from './embedded.ts'

const dataDir = process.argv[2]!
const database = await openEmbeddedDatabase({ dataDir, log: console })
const pool = new pg.Pool({ ...database.connection, max: 1 })
await pool.query('create table if not exists facts (n int primary key)')
for (;;) {
  const { rows } = await pool.query<{ n: number }>(
    'insert into facts select coalesce(max(n), 0) + 1 from facts returning n',
  )
  process.stdout.write(`${rows[0]?.n}\n`)
}
