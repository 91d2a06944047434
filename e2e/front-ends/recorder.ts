import { AsyncLocalStorage } from 'node:async_hooks'

/** The data that one program received by HTTP and over the live socket. */
export interface Recording {
  /** Every UUID in a response or frame. */
  readonly ids: Set<string>
  /** The number of frames of the live socket. */
  frames: number
  /** The URLs that it read successfully. */
  readonly read: Set<string>
  /** The access tokens of the users who signed up in it. */
  readonly tokens: string[]
}

export interface Recorder extends Disposable {
  /** Runs a program and records the data it receives. Any number may run at once. */
  record(program: () => Promise<void>): Promise<Recording>
}

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g

/** Intercepts this process's `fetch` and `WebSocket` until it is disposed of. */
export function startRecorder(): Recorder {
  const current = new AsyncLocalStorage<Recording>()
  const { fetch, WebSocket } = globalThis
  const addIds = (recording: Recording, text: string) => {
    for (const [id] of text.matchAll(uuid)) recording.ids.add(id)
  }

  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init)
    const recording = current.getStore()
    if (!recording) return response
    const { url, method } = new Request(input, { method: init?.method })
    const text = await response.clone().text()
    addIds(recording, text)
    if (method === 'GET' && response.ok) recording.read.add(url)
    if (response.status === 201 && url.endsWith('/api/auth/register')) recording.tokens.push(JSON.parse(text).token)
    return response
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given)
      const recording = current.getStore()
      this.addEventListener('message', ({ data }) => {
        if (!recording) return
        recording.frames++
        addIds(recording, String(data))
      })
    }
  }
  return {
    async record(program) {
      const recording: Recording = { ids: new Set(), frames: 0, read: new Set(), tokens: [] }
      await current.run(recording, program)
      return recording
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, { fetch, WebSocket })
    },
  }
}
