import { existsSync } from 'node:fs'
import { modules } from '../src/modules.ts'
import type { SignedUp, TestServer } from './server.ts'

/** A workspace with one of everything, made through the API, every text in it bearing the marker. */
export interface Fixture {
  owner: SignedUp
  marker: string
  apiKey: string
  /** By kind, as paths name them: `contacts`, `contact-lists`, …. */
  ids: Record<string, string>
}

/** The input of one module's part of a fixture. */
interface Builder {
  owner: SignedUp
  marker: string
  /** Ids by kind, made by the modules before this one. */
  ids: Record<string, string>
  /** A telephone number that no other fixture has. */
  numbered(from: number): string
  /** Posts, and returns the body of the response. Throws when it is an error. */
  make(path: string, body: unknown): Promise<Record<string, string>>
}

/** Creates one of everything of a module and returns the ids by kind. `fixture/<module>.ts` exports it as `create`. */
export type FixturePart = (builder: Builder) => Promise<Record<string, string>>

let fixtures = 0

export async function createFixture(server: TestServer): Promise<Fixture> {
  const serial = ++fixtures
  const marker = `marker-${serial}-${Math.random().toString(36).slice(2)}`
  const owner = await server.signUp({ email: `${marker}@example.com` })
  const make = async (path: string, body: unknown) => {
    const response = await owner.post(path, body)
    if (response.status >= 300) throw new Error(`POST ${path}: ${response.status} ${response.text}`)
    return response.body as Record<string, string>
  }
  const numbered = (from: number) => `+1555${String(from + serial).padStart(7, '0')}`
  const ids: Record<string, string> = {}
  for (const { name } of modules) {
    const file = new URL(`fixture/${name}.ts`, import.meta.url)
    if (!existsSync(file)) continue
    const { create } = (await import(file.href)) as { create: FixturePart }
    Object.assign(ids, await create({ owner, marker, ids, numbered, make }))
  }
  const { apiKey = '', ...others } = ids
  return { owner, marker, apiKey, ids: others }
}

/** A form with one file. */
export function formWith(content: Buffer, filename: string): FormData {
  const data = new FormData()
  data.set('file', new File([new Uint8Array(content)], filename))
  return data
}
