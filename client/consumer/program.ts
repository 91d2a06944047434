/* A program that uses the installed package; `tarball.ts` replaces this path by the package's name. */
import { ApiError, createClient, createLive, createSession, listAll } from '../src/index.ts'

export interface WebSocketImplementation {
  WebSocket?: Parameters<typeof createLive>[0]['WebSocket']
}

/** Signs up, gets an error, uploads and downloads bytes, reads a list to its end, and receives an event. Returns the results. */
export async function main(url: string, { WebSocket }: WebSocketImplementation = {}): Promise<object> {
  const email = `consumer.${Math.random().toString(36).slice(2)}@example.com`
  const tokens = await createClient({ url }).register({ body: { email, password: 'correct horse battery' } })
  const session = createSession({ url, tokens })
  const api = createClient(session)

  const refusal = await api.createProspect({ body: { name: '' } }).catch((error: unknown) => error)
  const prospects = ['Ana Lima', 'Ben Okafor', 'Cho Mori', 'Dee Silva', 'Eva Brandt']
  for (const name of prospects) await api.createProspect({ body: { name } })
  const listed: string[] = []
  for await (const prospect of listAll(api.listProspects, { query: { limit: 2 } })) listed.push(prospect.name)

  const greeting = await api.createGreetingFile({ body: { file: wav(), filename: 'greeting.wav' } })
  const content = await api.download(greeting.url)

  const live = createLive({ ...session, ...(WebSocket && { WebSocket }) })
  const contactId = await new Promise<string>((resolve, reject) => {
    live.on('resumed', () => {
      const body = { first_name: 'Ana', last_name: 'Lima', phone_number: '+12025550100' }
      api.createContact({ body }).catch(reject)
    })
    live.on('contact:new', (data) => resolve(data.contact_id))
  })
  live.close()
  const contact = await api.getContact({ path: { id: contactId } })

  return {
    refusal: refusal instanceof ApiError && refusal.status === 400 && refusal.details[0]?.path,
    listed: listed.sort().join(', '),
    bytes: [content.size, content.type],
    contact: contact.first_name,
  }
}

/** A second of silence: 16-bit samples at 8 kHz. */
function wav(): Uint8Array<ArrayBuffer> {
  const samples = 8000
  const view = new DataView(new ArrayBuffer(44 + samples * 2))
  const text = (at: number, of: string) => [...of].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)))
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples * 2, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, 8000, true)
  view.setUint32(28, 16_000, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, samples * 2, true)
  return new Uint8Array(view.buffer)
}
