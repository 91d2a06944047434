import { AsyncLocalStorage } from 'node:async_hooks'

/** What one program was told, by HTTP and over the live socket. */
export interface Testimony {
  /** Every UUID in an answer or frame. */
  readonly ids: Set<string>
  /** Frames of the live socket. */
  frames: number
  /** Addresses that it read successfully. */
  readonly read: Set<string>
  /** Access tokens of those who signed up in it. */
  readonly tokens: string[]
}

export interface Witness extends Disposable {
  /** Runs a program and notes what it is told. Any number may run at once. */
  watch(program: () => Promise<void>): Promise<Testimony>
}

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g

/** Listens in on this process's `fetch` and `WebSocket`, until disposed of. */
export function startWitness(): Witness {
  const watched = new AsyncLocalStorage<Testimony>()
  const { fetch, WebSocket } = globalThis
  const noteIds = (testimony: Testimony, text: string) => {
    for (const [id] of text.matchAll(uuid)) testimony.ids.add(id)
  }

  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init)
    const testimony = watched.getStore()
    if (!testimony) return response
    const { url, method } = new Request(input, { method: init?.method })
    const text = await response.clone().text()
    noteIds(testimony, text)
    if (method === 'GET' && response.ok) testimony.read.add(url)
    if (response.status === 201 && url.endsWith('/api/auth/register')) testimony.tokens.push(JSON.parse(text).token)
    return response
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given)
      const testimony = watched.getStore()
      this.addEventListener('message', ({ data }) => {
        if (!testimony) return
        testimony.frames++
        noteIds(testimony, String(data))
      })
    }
  }
  return {
    async watch(program) {
      const testimony: Testimony = { ids: new Set(), frames: 0, read: new Set(), tokens: [] }
      await watched.run(testimony, program)
      return testimony
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, { fetch, WebSocket })
    },
  }
}
