import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { startPostgres } from './with-postgres.ts'

/** The server's database. Null is the embedded one. */
export type DatabaseUrl = string | null

/** Declares the test twice: with the embedded database, and with a PostgreSQL of its own. */
export function testOnBothDatabases(
  name: string,
  run: (databaseUrl: DatabaseUrl, t: TestContext) => Promise<void>,
): void {
  test(`${name} (embedded database)`, (t) => run(null, t))
  testOnPostgres(name, run)
}

export function testOnPostgres(name: string, run: (databaseUrl: string, t: TestContext) => Promise<void>): void {
  test(`${name} (PostgreSQL)`, async (t) => {
    const postgres = await startPostgres()
    try {
      await run(postgres.url, t)
    } finally {
      await postgres.stop()
    }
  })
}
