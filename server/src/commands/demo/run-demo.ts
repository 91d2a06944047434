import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Environment } from '../../config/values.ts'
import { progressBar, styled, table } from '../terminal.ts'
import { type Api, createApi } from './api.ts'
import { greetingWav } from './greeting.ts'
import { contactsCsv, people, transferNumber } from './people.ts'
import { startCarrier, startServer } from './processes.ts'

interface Progress {
  campaign_id: string
  status: string
  progress: number
  contacts: number
  total_calls: number
  answered_calls: number
  transferred_calls: number
  failed_calls: number
}

interface Call {
  phone_number: string
  status: string
  key: string | null
}

const importWithinMs = 20_000
const campaignWithinMs = 90_000

/** Returns whether every count is what the script says. Ends the processes it started and removes its data. */
export async function runDemo(env: Environment, { json }: { json: boolean }): Promise<boolean> {
  const say = (text: string) => void (json || console.log(text))
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-demo-'))
  const startedAt = Date.now()
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const password = randomBytes(12).toString('hex')
  const carrier = stack.adopt(await startCarrier(password, env), (carrier) => carrier.stop())
  const server = stack.adopt(await startServer(dataDir, env), (server) => server.stop())
  say(`A telephone company answers at 127.0.0.1:${carrier.port}, and a fresh server at ${server.url}.`)

  const api = createApi(server.url)
  const campaignId = await prepare(api, carrier.port, password, say)
  await follow(api, campaignId, json)

  const { data: calls } = (await api.get(`/api/campaigns/${campaignId}/calls?limit=200`)) as unknown as { data: Call[] }
  const results = [
    ...outcomes(calls),
    ...totals((await api.get(`/api/campaigns/${campaignId}`)) as unknown as Progress),
    ...dialled(await carrier.dialled()),
  ]
  const isExact = results.every(({ expected, counted }) => expected === counted)
  if (json) console.log(JSON.stringify({ exact: isExact, results }, null, 2))
  else {
    console.log(`\n${table(results.map((result) => ({ ...result, ' ': mark(result.expected === result.counted) })))}\n`)
    const [header, first] = (await api.text(`/api/campaigns/${campaignId}/report.csv`)).split('\r\n')
    console.log(`The report begins:\n  ${header}\n  ${first}\n`)
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    console.log(
      isExact
        ? styled('green', `Every count is exact. ${seconds} s.`)
        : styled('red', 'Some counts are wrong: this is a defect.'),
    )
  }
  return isExact
}

async function prepare(api: Api, carrierPort: number, password: string, say: (text: string) => void): Promise<string> {
  await api.signUp('demo@example.com', randomBytes(12).toString('hex'))
  const provider = await api.post('/api/sip-providers', {
    name: 'Loopback Telephone Company',
    host: '127.0.0.1',
    port: carrierPort,
    username: 'demo',
    password,
    active: true,
    max_concurrent_calls: 30,
    calls_per_second: 5,
  })
  await api.post('/api/transfer-numbers', { name: 'Front desk', phone_number: transferNumber })
  const greeting = await api.upload('/api/greeting-files', 'chime.wav', new Uint8Array(greetingWav()))
  const list = await api.post('/api/contact-lists', { name: 'Fifty people' })
  const csv = await api.upload(`/api/contact-lists/${list.id}/import`, 'people.csv', contactsCsv())
  const { created } = await api.until(
    `/api/imports/${csv.id}`,
    ({ status }) => status === 'completed' || status === 'failed',
    importWithinMs,
  )
  for (const { phoneNumber } of people.filter(({ outcome }) => outcome === 'do_not_call')) {
    await api.post('/api/do-not-call', { phone_number: phoneNumber, reason: 'Asked us' })
  }
  say(
    `Signed up, added a provider and a transfer number, uploaded a greeting, imported ${String(created)} contacts from a CSV.`,
  )
  const campaign = await api.post('/api/campaigns', {
    title: 'Demo',
    contact_list_id: list.id,
    sip_provider_id: provider.id,
    greeting_file_id: greeting.id,
    transfer_number: transferNumber,
    calling_hours: null,
    retry: { max_attempts: 1 },
    calls_per_second: 5,
    max_concurrent_calls: 30,
    ring_timeout_seconds: 5,
  })
  return campaign.id
}

/** Starts the campaign and shows the frames of the live socket until it has completed. */
async function follow(api: Api, campaignId: string, json: boolean): Promise<void> {
  const bar = progressBar('Calling', 100)
  const { promise: over, resolve } = Promise.withResolvers<void>()
  let shownProgress = -1
  const socket = await api.follow('campaign:progress', (data) => {
    const now = data as Progress
    if (now.campaign_id !== campaignId) return
    const counts = `dialled ${now.total_calls}  answered ${now.answered_calls}  transferred ${now.transferred_calls}  not reached ${now.failed_calls}`
    bar.update(now.progress, counts)
    if (!process.stderr.isTTY && !json && now.progress >= shownProgress + 10) {
      shownProgress = now.progress
      console.log(`${String(now.progress).padStart(3)} %  ${counts}`)
    }
    if (now.status === 'completed') resolve()
  })
  const deadline = setTimeout(resolve, campaignWithinMs)
  await api.post(`/api/campaigns/${campaignId}/start`)
  await over
  clearTimeout(deadline)
  socket.close()
  bar.end()
}

interface Result {
  what: string
  expected: number
  counted: number
}

/** Of each kind of person: how many did what they were to do, by their own numbers. */
function outcomes(calls: Call[]): Result[] {
  const byNumber = new Map(calls.map((call) => [call.phone_number, call]))
  return [...Map.groupBy(people, ({ does }) => does)].map(([does, group]) => ({
    what: `people who ${does}`,
    expected: group.length,
    counted: group.filter(({ phoneNumber, outcome, key }) => {
      const call = byNumber.get(phoneNumber)
      return call?.status === outcome && call.key === key
    }).length,
  }))
}

const countOf = (...wanted: string[]) => people.filter(({ outcome }) => wanted.includes(outcome)).length

function totals(campaign: Progress): Result[] {
  return [
    { what: 'progress in %', expected: 100, counted: campaign.progress },
    { what: 'total_calls', expected: people.length - countOf('do_not_call'), counted: campaign.total_calls },
    { what: 'answered_calls', expected: countOf('completed', 'transferred'), counted: campaign.answered_calls },
    { what: 'transferred_calls', expected: countOf('transferred'), counted: campaign.transferred_calls },
    { what: 'failed_calls', expected: countOf('busy', 'no_answer', 'failed'), counted: campaign.failed_calls },
  ]
}

/** The telephone company's own record is the judge of who was called, and how often. */
function dialled(numbers: string[]): Result[] {
  const times = new Map<string, number>()
  for (const number of numbers.map((to) => `+${to.replace(/^\+/, '')}`)) times.set(number, (times.get(number) ?? 0) + 1)
  const callable = people.filter(({ outcome }) => outcome !== 'do_not_call')
  const calledTimes = (number: string) => times.get(number) ?? 0
  return [
    {
      what: 'called exactly once (carrier)',
      expected: callable.length,
      counted: callable.filter((person) => calledTimes(person.phoneNumber) === 1).length,
    },
    {
      what: 'calls to the transfer number (carrier)',
      expected: countOf('transferred'),
      counted: calledTimes(transferNumber),
    },
    { what: 'calls in all (carrier)', expected: callable.length + countOf('transferred'), counted: numbers.length },
  ]
}

const mark = (isRight: boolean) => (isRight ? styled('green', 'ok') : styled('red', 'WRONG'))
