import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { answers, busy, notFound } from '@switchboard/voice/sim'
import { createLoopbackCarrier } from '@switchboard/voice/loopback-carrier'
import { signUp } from './people.ts'
import { toneWav } from './tone.ts'

const frontDesk = '+12025550199'

/** The subscribers of the carrier in this example, and how they respond to a call. */
const people = new Map([
  [frontDesk, answers(200, { hangUpAfterMs: 1_500 })],
  ['+12025550101', answers(200, { hangUpAfterMs: 1_500 })],
  ['+12025550102', answers(200, { keys: [{ key: '1', afterMs: 800 }] })],
  ['+12025550103', answers(200, { keys: [{ key: '9', afterMs: 800 }] })],
  ['+12025550104', busy(100)],
  ['+12025550105', answers(200)],
])

const csv = `Name,Mobile
Rui Costa,+1 202-555-0101
Ines Prata,+1 202-555-0102
Hana Mori,+1 202-555-0103
Jun Mori,+1 202-555-0104
Eva Brandt,+1 202-555-0105
No Number,
`

/** A day of a call centre: contacts from a file, a greeting, a campaign by telephone that is watched live. */
export async function callingDay(url: string): Promise<void> {
  // A carrier on this machine. For real calls use the host and account of a provider instead.
  const password = randomUUID()
  const carrier = await createLoopbackCarrier({
    host: '127.0.0.1',
    behaviour: (dialled) => people.get(`+${dialled.replace('+', '')}`) ?? notFound(),
    password,
  })
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => carrier.close())
  const ana = cleanup.use(await signUp(url, 'Ana'))
  const { api } = ana
  const provider = await api.createSipProvider({
    body: { name: 'Example Telecom', host: carrier.host, port: carrier.port, username: 'ana', password, active: true },
  })
  const test = await api.testSipProvider({ path: { id: provider.id } })
  console.log(`Ana tries her telephone provider: ${test.message}`)

  const list = await api.createContactList({ body: { name: 'Customers' } })
  let upload = await api.importContacts({ path: { id: list.id }, body: fileForm('customers.csv', csv) })
  while (upload.status === 'pending' || upload.status === 'running') {
    await ana.receives('import:progress', ({ id, status }: typeof upload) => id === upload.id && status !== 'running')
    upload = await api.getImport({ path: { id: upload.id } })
  }
  console.log(`${upload.created} of ${upload.total} rows become contacts; ${upload.failed} has no number.`)

  await api.addDoNotCall({ body: { phone_number: '+12025550105', reason: 'Asked us by letter' } })
  await api.createTransferNumber({ body: { name: 'Front desk', phone_number: frontDesk } })
  const greeting = await api.createGreetingFile({ body: fileForm('tone.wav', toneWav(2)) })
  const answer = await api.createCampaign({
    body: {
      title: 'Spring offer',
      contact_list_id: list.id,
      greeting_file_id: greeting.id,
      transfer_number: frontDesk,
      calling_hours: null,
      retry: { max_attempts: 1 },
      calls_per_second: 5,
    },
  })
  const { id } = 'data' in answer ? answer.data : answer
  const path = { id }

  await api.startCampaign({ path })
  await api.pauseCampaign({ path })
  await api.resumeCampaign({ path })
  console.log('The campaign starts; Ana tries how pausing feels, and lets it go on.')
  await ana.receives<{ campaign_id: string; status: string }>(
    'campaign:progress',
    ({ campaign_id, status }) => campaign_id === id && status === 'completed',
  )

  const { data: calls } = await api.listCampaignCalls({ path })
  for (const { phone_number, status, key } of calls)
    console.log(`  ${phone_number}  ${status}${key ? `, pressed ${key}` : ''}`)
  const { data: doNotCall } = await api.listDoNotCall()
  const report = await api.getCampaignReport({ path })
  const totals = await api.getCampaign({ path })
  assert.deepEqual(
    {
      imported: [upload.created, upload.failed],
      statuses: Object.fromEntries(calls.map(({ phone_number, status }) => [phone_number.slice(-3), status])),
      totals: [
        totals.total_calls,
        totals.answered_calls,
        totals.transferred_calls,
        totals.failed_calls,
        totals.progress,
      ],
      doNotCall: doNotCall.map(({ phone_number }) => phone_number.slice(-3)).toSorted(),
      reportLines: report.trim().split('\r\n').length,
      carried: carrier.carried.length,
    },
    {
      imported: [5, 1],
      statuses: { 101: 'completed', 102: 'transferred', 103: 'completed', 104: 'busy', 105: 'do_not_call' },
      totals: [4, 3, 1, 1, 100],
      doNotCall: ['103', '105'],
      reportLines: 6,
      carried: 5,
    },
  )
}

function fileForm(filename: string, content: string | Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData()
  form.append('file', new Blob([content]), filename)
  return form
}

if (import.meta.main) await callingDay(process.argv[2] ?? 'http://127.0.0.1:3001')
