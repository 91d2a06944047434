import { test } from 'node:test'
import { startPostgres } from './with-postgres.ts'

/** Where the server keeps its data: null is its embedded database. */
export type DatabaseUrl = string | null

/** Declares the test twice: with the embedded database, and with a PostgreSQL of its own. */
export function testOnBothDatabases(name: string, run: (databaseUrl: DatabaseUrl) => Promise<void>): void {
  test(`${name} (embedded database)`, () => run(null))
  testOnPostgres(name, run)
}

export function testOnPostgres(name: string, run: (databaseUrl: string) => Promise<void>): void {
  test(`${name} (PostgreSQL)`, async () => {
    const postgres = await startPostgres()
    try {
      await run(postgres.url)
    } finally {
      await postgres.stop()
    }
  })
}
