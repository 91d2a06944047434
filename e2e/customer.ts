import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '../server/test/client.ts'
import type { TestClient } from '../server/test/client.ts'
import { makeTestSignal, writeWav } from './peers/audio.ts'
import { until } from '../server/test/until.ts'

/** The carrier of a campaign's calls: its address and an account. */
export interface Line {
  port: number
  username: string
  password: string
  register?: boolean
  max_concurrent_calls?: number
  calls_per_second?: number
}

export interface CampaignCall {
  phone_number: string
  status: string
  attempts: number
  key: string | null
  transferred: boolean
  transfer_wait_seconds: number | null
  transfer_lost: boolean
  cause: string | null
  answered_at: string | null
  ended_at: string | null
}

/** The counts of a campaign, in its responses and its live events. */
export interface Counts {
  status: string
  progress: number
  contacts: number
  total_calls: number
  answered_calls: number
  transferred_calls: number
  failed_calls: number
  transfers_waiting: number
}

/** A customer who uses Switchboard over its API, like a front-end. Every function throws when the request is refused. */
export interface Customer {
  readonly api: TestClient
  addProvider(line: Line): Promise<string>
  addTransferNumber(phoneNumber: string): Promise<string>
  uploadGreeting(samples: Int16Array, folder: string): Promise<string>
  /** Imports contacts from CSV. Returns the contact list. */
  importContacts(numbers: string[]): Promise<string>
  /** Creates a campaign. By default it calls at any time, and each contact once. */
  createCampaign(settings: Record<string, unknown>): Promise<string>
  act(campaignId: string, action: 'start' | 'pause' | 'resume' | 'stop'): Promise<void>
  campaign(campaignId: string): Promise<Counts & Record<string, unknown>>
  calls(campaignId: string): Promise<CampaignCall[]>
  untilCompleted(campaignId: string, timeoutMs: number): Promise<void>
  /** Subscribes to the live socket. Returns the progress frames of this campaign, which grow. */
  followProgress(campaignId: string): Promise<{ received: Counts[] } & Disposable>
}

let customers = 0

export async function signUp(url: string): Promise<Customer> {
  const credentials = { email: `customer${++customers}@example.com`, password: 'correct horse battery' }
  const { token } = await answered(createClient(url).post('/api/auth/register', { ...credentials, name: 'Ana Lima' }))
  const api = createClient(url, { authorization: `Bearer ${token}` })
  const post = async (path: string, body?: unknown) => answered(api.post(path, body))
  const upload = (path: string, content: Uint8Array<ArrayBuffer> | string, filename: string) => {
    const form = new FormData()
    form.append('file', new Blob([content]), filename)
    return post(path, form)
  }
  const campaign = async (id: string) => answered(api.get(`/api/campaigns/${id}`))

  return {
    api,
    campaign,
    async addProvider(line) {
      const provider = { name: 'Carrier', host: '127.0.0.1', active: true, max_concurrent_calls: 50, ...line }
      return (await post('/api/sip-providers', provider)).id
    },
    addTransferNumber: async (phone_number) =>
      (await post('/api/transfer-numbers', { name: 'Sales', phone_number })).id,
    async uploadGreeting(samples, folder) {
      const path = join(folder, 'greeting.wav')
      await writeWav(path, samples)
      return (await upload('/api/greeting-files', await readFile(path), 'greeting.wav')).id
    },
    async importContacts(numbers) {
      const list = await post('/api/contact-lists', { name: 'Customers' })
      const lines = numbers.map((number, i) => `Person,Number ${i},${number}`)
      const csv = ['first_name,last_name,phone_number', ...lines, ''].join('\r\n')
      const { id } = await upload(`/api/contact-lists/${list.id}/import`, csv, 'contacts.csv')
      await until(
        'the contacts are imported',
        async () => {
          const { status, failed, error } = await answered(api.get(`/api/imports/${id}`))
          assert.ok(status !== 'failed' && failed === 0, `The import failed: ${error ?? `${failed} rows`}`)
          return status === 'completed'
        },
        60_000,
      )
      return list.id
    },
    async createCampaign(settings) {
      const defaults = { title: 'Spring offer', calling_hours: null, retry: { max_attempts: 1 } }
      return (await post('/api/campaigns', { ...defaults, ...settings })).id
    },
    async act(id, action) {
      await post(`/api/campaigns/${id}/${action}`)
    },
    async calls(id) {
      const calls: CampaignCall[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await answered(api.get(`/api/campaigns/${id}/calls?limit=200${cursor && `&cursor=${cursor}`}`))
        calls.push(...page.data)
        cursor = page.next_cursor
      }
      return calls
    },
    async untilCompleted(id, timeoutMs) {
      let counts: Counts | undefined
      try {
        await until(
          'the campaign is completed',
          async () => (counts = await campaign(id))?.status === 'completed',
          timeoutMs,
        )
      } catch (error) {
        throw new Error(`The campaign stands at ${JSON.stringify(counts)}.`, { cause: error })
      }
    },
    async followProgress(id) {
      const { ticket } = await post('/api/realtime/tickets')
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?ticket=${ticket}`)
      const received: Counts[] = []
      socket.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data)
        if (frame.event === 'campaign:progress' && frame.data.campaign_id === id) received.push(frame.data)
      })
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve)
        socket.addEventListener('error', () => reject(new Error('The live socket was refused.')))
      })
      return { received, [Symbol.dispose]: () => socket.close() }
    },
  }
}

/** Creates a campaign for these contacts that is ready to start: a greeting of one second, and no transfer number. */
export async function prepareCampaign(
  { customer, folder }: { customer: Customer; folder: string },
  numbers: string[],
  settings: Record<string, unknown> = {},
): Promise<string> {
  return customer.createCampaign({
    contact_list_id: await customer.importContacts(numbers),
    greeting_file_id: await customer.uploadGreeting(makeTestSignal({ seconds: 1 }), folder),
    key_map: { 9: 'opt_out' },
    max_concurrent_calls: 50,
    ...settings,
  })
}

/** Returns the body of a response. Throws when it is an error. */
export async function answered(answer: ReturnType<TestClient['get']>) {
  const { status, body, text } = await answer
  assert.ok(status < 300, `Refused with ${status}: ${text}`)
  return body
}
