import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { queryAsSystem } from '../../../test/campaign-simulation/query.ts'
import { sharedTestServer } from '../../../test/server.ts'
import { toneWav } from '../../../test/tone.ts'

const server = await sharedTestServer()
const ana = await server.signUp()

const made = async (path: string, body: unknown) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body
}

async function uploadGreeting() {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(toneWav(1))], { type: 'audio/wav' }), 'hello.wav')
  return made('/api/greeting-files', form)
}

const list = await made('/api/contact-lists', { name: 'Everyone' })
for (const [i, first_name] of ['=cmd', 'Bea', 'Carl'].entries()) {
  const contact = await made('/api/contacts', { first_name, last_name: 'Doe', phone_number: `+1212555010${i}` })
  await ana.post(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.id] })
}
const greeting = await uploadGreeting()
const provider = await made('/api/sip-providers', {
  name: 'Line',
  host: '127.0.0.1',
  port: 5999,
  username: 'u',
  password: 'p',
  active: true,
  caller_ids: ['+12125550100'],
})
const desk = await made('/api/transfer-numbers', { name: 'Desk', phone_number: '+12125550199' })
const complete = { contact_list_id: list.id, greeting_file_id: greeting.id, transfer_number: desk.phone_number }

test('a campaign has two dialects: with title it is bare and pending, with name it is in {data} and a draft', async () => {
  const bare = await ana.post('/api/campaigns', {
    user_id: ana.userId,
    title: 'Spring',
    description: '',
    greeting_file_url: greeting.url,
    greeting_file_name: 'x',
  })
  assert.equal(bare.status, 201)
  const {
    title,
    name,
    status,
    progress,
    total_calls,
    greeting_file_name,
    greeting_file_url,
    calling_hours,
    key_map,
    retry,
  } = bare.body
  assert.deepEqual([title, name, status, progress, total_calls], ['Spring', 'Spring', 'pending', 0, 0])
  assert.deepEqual([greeting_file_name, greeting_file_url], ['hello.wav', greeting.url])
  assert.deepEqual(calling_hours, {
    start: '08:00',
    end: '21:00',
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  })
  assert.deepEqual(
    [key_map, retry],
    [
      { 2: 'repeat', 9: 'opt_out' },
      { max_attempts: 3, delay_minutes: 60, on: ['busy', 'no_answer'], backoff: 'fixed', max_delay_minutes: 1_440 },
    ],
  )

  const wrapped = await ana.post('/api/campaigns', {
    name: 'Villas',
    segment: 'investors',
    channels: ['phone', 'whatsapp'],
  })
  assert.equal(wrapped.status, 201)
  assert.deepEqual(
    [wrapped.body.data.status, wrapped.body.data.segment, wrapped.body.data.channels, wrapped.body.data.created_by],
    ['draft', 'investors', ['phone', 'whatsapp'], ana.userId],
  )

  const mine = await ana.get(`/api/campaigns?userId=${ana.userId}`)
  assert.deepEqual(
    mine.body.map((campaign: { title: string; status: string }) => [campaign.title, campaign.status]),
    [
      ['Villas', 'pending'],
      ['Spring', 'pending'],
    ],
  )
  const all = await ana.get('/api/campaigns')
  assert.deepEqual(
    all.body.data.map((campaign: { status: string }) => campaign.status),
    ['draft', 'draft'],
  )
  assert.equal((await ana.get(`/api/campaigns/${wrapped.body.data.id}`)).body.status, 'pending')
  assert.deepEqual((await ana.get(`/api/campaigns/call-count/${ana.userId}`)).body, { totalCalls: 0 })
})

test("the wizard of the calling front-end is understood: camelCase, numbers as text, '' for not given", async () => {
  const wizard = {
    id: 'camp-m8x2k1',
    title: 'Wizard',
    description: '',
    status: 'active',
    progress: 70,
    user_id: provider.id,
    totalCalls: 250,
    answeredCalls: 9,
    transferredCalls: 3,
    failedCalls: 1,
    createdAt: new Date().toISOString(),
  }
  const chosen = { contactListId: list.id, greetingFileId: greeting.id, transferNumber: '+1 212-555-0199' }
  const schedule = { startDate: '2090-07-01', maxConcurrentCalls: '5', startTime: '09:00', endTime: '17:00' }
  const { status, body, headers } = await ana.post('/api/campaigns', { ...wizard, ...chosen, schedule })
  assert.equal(status, 201)
  assert.equal(headers.get('x-ignored-fields'), null)
  assert.deepEqual(
    [body.contact_list_id, body.greeting_file_id, body.transfer_number, body.max_concurrent_calls, body.start_at],
    [list.id, greeting.id, '+12125550199', 5, '2090-07-01T00:00:00.000Z'],
  )
  assert.deepEqual([body.calling_hours.start, body.calling_hours.end], ['09:00', '17:00'])
  assert.deepEqual([body.user_id, body.status, body.progress, body.total_calls], [ana.userId, 'pending', 0, 0])
  assert.notEqual(body.id, wizard.id)
  const empty = { contactListId: '', greetingFileId: '', transferNumber: '', schedule: { maxConcurrentCalls: '' } }
  const bare = await ana.post('/api/campaigns', { ...wizard, ...empty })
  assert.deepEqual(
    [bare.status, bare.body.contact_list_id, bare.body.transfer_number, bare.body.max_concurrent_calls],
    [201, null, null, 10],
  )
  for (const { id } of [body, bare.body]) await ana.delete(`/api/campaigns/${id}?userId=${ana.userId}`)
})

test('campaigns are listed page by page, in either dialect', async () => {
  const { size } = new Set((await ana.get('/api/campaigns')).body.data.map(({ id }: { id: string }) => id))
  for (const start of ['/api/campaigns?limit=1', `/api/campaigns?userId=${ana.userId}&limit=1`]) {
    const seen = new Set<string>()
    for (let next: string | undefined = start; next !== undefined;) {
      const page = await ana.get(next)
      const rows: { id: string }[] = page.body.data ?? page.body
      assert.equal(rows.length, 1)
      seen.add(rows[0]?.id ?? '')
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    }
    assert.equal(seen.size, size)
  }
})

test('a campaign may only refer to records of its workspace', async () => {
  const refused = async (body: object, path: string) => {
    const answer = await ana.post('/api/campaigns', { title: 'Bad', ...body })
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.body.details[0].path, path)
  }
  await refused({ greeting_file_url: 'https://elsewhere.example/hello.wav' }, 'body.greeting_file_url')
  await refused({ transfer_number: '+12125550555' }, 'body.transfer_number')
  await refused({ sip_provider_id: provider.id, caller_id: '+12125550555' }, 'body.caller_id')
  await refused({ calling_hours: { start: '21:00', end: '08:00' } }, 'body.calling_hours.end')
  await refused({ key_map: { 1: 'explode' } }, 'body.key_map.1')
  await refused({ title: '', name: '' }, 'body.title')
  await refused({ transfer_wait_seconds: -1 }, 'body.transfer_wait_seconds')
  await refused({ transfer_wait_seconds: 601 }, 'body.transfer_wait_seconds')
  await refused({ voicemail: 'leave_message' }, 'body.voicemail')
  const otherUser = await server.signUp()
  const foreign = await otherUser.post('/api/contact-lists', { name: 'Theirs' })
  assert.equal((await ana.post('/api/campaigns', { title: 'Bad', contact_list_id: foreign.body.id })).status, 404)
  const nowhere = '018f0000-0000-7000-8000-000000000000'
  for (const name of ['hold_greeting_id', 'apology_greeting_id'])
    assert.equal((await ana.post('/api/campaigns', { title: 'Bad', [name]: nowhere })).status, 404, name)
})

test('a campaign sets the waiting time for a channel and its sounds; a deleted sound is replaced by the built-in one', async () => {
  const campaign = await made('/api/campaigns', { title: 'Waiting', ...complete })
  const path = `/api/campaigns/${campaign.id}`
  const settings = ({ transfer_wait_seconds, hold_greeting_id, apology_greeting_id }: Record<string, unknown>) => [
    transfer_wait_seconds,
    hold_greeting_id,
    apology_greeting_id,
  ]
  assert.deepEqual(settings(campaign), [30, null, null])
  assert.deepEqual(
    [campaign.transfers_requested, campaign.transfers_waited, campaign.transfers_lost, campaign.transfers_waiting],
    [0, 0, 0, 0],
  )
  assert.deepEqual([campaign.average_transfer_wait_seconds, campaign.longest_transfer_wait_seconds], [0, 0])
  const [music, sorry] = [await uploadGreeting(), await uploadGreeting()]
  const changes = { transfer_wait_seconds: 90, hold_greeting_id: music.id, apology_greeting_id: sorry.id }
  assert.deepEqual(settings((await ana.patch(path, changes)).body), [90, music.id, sorry.id])
  assert.equal((await ana.delete(`/api/greeting-files/${music.id}`)).status, 200)
  assert.deepEqual(settings((await ana.get(path)).body), [90, null, sorry.id])
  assert.deepEqual(settings((await ana.patch(path, { apology_greeting_id: null })).body), [90, null, null])
})

test('answering machines: unsupported settings are refused by field, and stored ones can still be read', async () => {
  const { id } = await made('/api/campaigns', { title: 'Machines', voicemail: 'hang_up' })
  const refused = await ana.patch(`/api/campaigns/${id}`, { voicemail: 'leave_message' })
  assert.equal(refused.status, 400)
  assert.match(refused.body.error, /Send hang_up/)
  await queryAsSystem(
    server.app.services.connections.pool,
    `update campaigns.campaigns set voicemail = 'leave_message' where id = $1`,
    [id],
  )
  assert.equal((await ana.get(`/api/campaigns/${id}`)).body.voicemail, 'leave_message')
})

test('start reports all missing settings, then starts; later changes of status follow the table', async () => {
  const { id } = await made('/api/campaigns', { title: 'Life', calling_hours: null })
  const early = await ana.post(`/api/campaigns/${id}/start`)
  assert.equal(early.status, 400)
  assert.equal(early.body.code, 'not_ready')
  assert.deepEqual(
    early.body.details.map(({ path }: { path: string }) => path),
    ['contact_list_id', 'greeting_file_id'],
  )
  assert.equal((await ana.post(`/api/campaigns/${id}/pause`)).status, 409)

  assert.equal((await ana.patch(`/api/campaigns/${id}`, complete)).status, 200)
  const started = await ana.post(`/api/campaigns/${id}/start`)
  assert.equal(started.status, 200, started.text)
  // The only active provider is taken, and everyone on the list is in.
  assert.deepEqual(
    [started.body.status, started.body.contacts, started.body.sip_provider_id],
    ['active', 3, provider.id],
  )
  assert.equal((await ana.post(`/api/campaigns/${id}/start`)).body.status, 'active')

  assert.equal((await ana.delete(`/api/campaigns/${id}`)).status, 409)
  assert.equal((await ana.patch(`/api/campaigns/${id}`, { contact_list_id: list.id })).status, 409)
  assert.equal((await ana.patch(`/api/campaigns/${id}`, { calls_per_second: 0.5 })).body.calls_per_second, 0.5)
  assert.equal((await ana.post(`/api/campaigns/${id}/pause`)).body.status, 'paused')
  assert.equal((await ana.post(`/api/campaigns/${id}/resume`)).body.status, 'active')

  const calls = await ana.get(`/api/campaigns/${id}/calls?limit=2`)
  assert.equal(calls.body.data.length, 2)
  const rest = await ana.get(`/api/campaigns/${id}/calls?limit=2&cursor=${calls.body.next_cursor}`)
  assert.equal(rest.body.next_cursor, null)
  const phones = [...calls.body.data, ...rest.body.data].map((call: { phone_number: string }) => call.phone_number)
  assert.deepEqual(phones.toSorted(), ['+12125550100', '+12125550101', '+12125550102'])
  assert.equal(calls.body.data[0].status, 'queued')

  const report = await ana.get(`/api/campaigns/${id}/report.csv`)
  assert.match(report.headers.get('content-type') ?? '', /text\/csv/)
  const rows = parse<Record<string, string>>(report.text, { columns: true })
  assert.deepEqual(rows.map((row) => [row.phone_number, row.first_name]).toReversed(), [
    ['+12125550100', "'=cmd"],
    ['+12125550101', 'Bea'],
    ['+12125550102', 'Carl'],
  ])

  assert.equal((await ana.post(`/api/campaigns/${id}/stop`)).body.status, 'stopped')
  assert.equal((await ana.get(`/api/campaigns/${id}/calls?status=cancelled`)).body.data.length, 3)
  assert.equal((await ana.post(`/api/campaigns/${id}/resume`)).status, 409)
  assert.equal((await ana.patch(`/api/campaigns/${id}`, { record: true })).status, 409)
  assert.equal((await ana.patch(`/api/campaigns/${id}`, { description: 'It was fun' })).body.description, 'It was fun')
  assert.deepEqual((await ana.delete(`/api/campaigns/${id}`)).body, { success: true })
  assert.equal((await ana.get(`/api/campaigns/${id}/calls`)).status, 404)
})

test('a key transfers by default once the campaign has a transfer number', async () => {
  const transfer_number = complete.transfer_number
  const withNumber = await made('/api/campaigns', { title: 'Desk', transfer_number })
  assert.deepEqual(withNumber.key_map, { 1: 'transfer', 2: 'repeat', 9: 'opt_out' })
  const { id, key_map } = await made('/api/campaigns', { title: 'Desk later' })
  assert.deepEqual(key_map, { 2: 'repeat', 9: 'opt_out' })
  const later = await ana.patch(`/api/campaigns/${id}`, { transfer_number })
  assert.deepEqual(later.body.key_map, { 1: 'transfer', 2: 'repeat', 9: 'opt_out' })
  const other = await made('/api/campaigns', { title: 'Own keys', key_map: { 1: 'opt_out' } })
  const kept = await ana.patch(`/api/campaigns/${other.id}`, { transfer_number })
  assert.deepEqual(kept.body.key_map, { 1: 'opt_out' })
})

test('campaigns on unsupported channels can be planned, but not started', async () => {
  for (const [channels, sentences] of [
    [['phone', 'sms', 'email'], [/take sms, email out of channels/]],
    [['whatsapp'], [/take whatsapp out of channels/, /Put phone among the channels/]],
  ] as const) {
    const { id } = await made('/api/campaigns', { title: 'Many channels', ...complete, channels })
    const refused = await ana.post(`/api/campaigns/${id}/start`)
    assert.equal(refused.status, 400)
    assert.ok(refused.body.details.every(({ path }: { path: string }) => path === 'channels'))
    for (const sentence of sentences) assert.match(refused.body.error, sentence)
    assert.equal((await ana.get(`/api/campaigns/${id}`)).body.status, 'pending')
    await ana.patch(`/api/campaigns/${id}`, { channels: ['phone'] })
    assert.equal((await ana.post(`/api/campaigns/${id}/start`)).body.status, 'active')
    await ana.post(`/api/campaigns/${id}/stop`)
  }
})

test('a PATCH changes only the fields that were sent, and null clears nullable fields', async () => {
  const { id } = await made('/api/campaigns', { title: 'Patch', ...complete, description: 'Old' })
  const patched = await ana.patch(`/api/campaigns/${id}`, {
    description: null,
    transfer_number: '',
    calling_hours: null,
  })
  assert.deepEqual(
    [patched.body.description, patched.body.transfer_number, patched.body.calling_hours],
    [null, null, null],
  )
  assert.deepEqual(
    [patched.body.title, patched.body.contact_list_id, patched.body.greeting_file_id],
    ['Patch', list.id, greeting.id],
  )
  const renamed = await ana.put(`/api/campaigns/${id}`, {
    name: 'Put',
    calling_hours: { start: '10:00', days: ['Monday', 5] },
  })
  assert.deepEqual(
    [renamed.body.title, renamed.body.calling_hours],
    ['Put', { start: '10:00', end: '21:00', days: ['mon', 'fri'] }],
  )
})

test('a running campaign pauses with a reason when its greeting or provider is removed, and resumes with another', async () => {
  const { id } = await made('/api/campaigns', { title: 'Cannot start', ...complete, calling_hours: noHours() })
  const paused = async () => {
    for (let i = 0; i < 400; i++) {
      const { body } = await ana.get(`/api/campaigns/${id}`)
      if (body.status === 'paused') return body.status_reason
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('it still runs')
  }
  const goOn = (changes: object) =>
    ana.patch(`/api/campaigns/${id}`, changes).then(() => ana.post(`/api/campaigns/${id}/resume`))

  const spare = await uploadGreeting()
  await ana.patch(`/api/campaigns/${id}`, { greeting_file_id: spare.id })
  assert.equal((await ana.post(`/api/campaigns/${id}/start`)).body.status, 'active')
  await ana.delete(`/api/greeting-files/${spare.id}`)
  assert.equal(await paused(), 'Its greeting was deleted. Choose another one, then resume.')
  const refused = await ana.post(`/api/campaigns/${id}/resume`)
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'greeting_file_id'])
  assert.equal((await goOn({ greeting_file_id: greeting.id })).body.status, 'active')

  const line = await made('/api/sip-providers', {
    name: 'Spare',
    host: '127.0.0.1',
    port: 5998,
    username: 'u',
    password: 'p',
    active: true,
  })
  await ana.patch(`/api/campaigns/${id}`, { sip_provider_id: line.id })
  await ana.patch(`/api/sip-providers/${line.id}/status`, { active: false })
  const off = 'Its SIP provider Spare was switched off. Switch it on again or choose another one, then resume.'
  assert.equal(await paused(), off)
  const stillOff = await ana.post(`/api/campaigns/${id}/resume`)
  assert.deepEqual([stillOff.status, stillOff.body.details[0].path], [400, 'sip_provider_id'])
  await ana.patch(`/api/sip-providers/${line.id}/status`, { active: true })
  assert.equal((await ana.post(`/api/campaigns/${id}/resume`)).body.status, 'active')
  await ana.delete(`/api/sip-providers/${line.id}`)
  assert.equal(await paused(), 'Its SIP provider was deleted. Choose another one, then resume.')
  assert.equal((await goOn({})).body.sip_provider_id, provider.id, 'the only active one')
  await ana.post(`/api/campaigns/${id}/stop`)
})

/** Calling hours on a day that is neither today, yesterday nor tomorrow anywhere. */
function noHours() {
  const day = (new Date().getUTCDay() + 3) % 7
  return { start: '12:00', end: '12:01', days: [day] }
}

test('a campaign may begin later, and its retries may wait longer each time', async () => {
  const { body: campaign } = await ana.post('/api/campaigns', {
    title: 'Later',
    start_at: '2090-07-01',
    retry: { max_attempts: 5, delay_minutes: 2, backoff: 'doubling', max_delay_minutes: 60 },
  })
  // A date begins in the time zone of the workspace.
  const { body: workspace } = await ana.get('/api/auth/me')
  await ana.patch(`/api/workspaces/${workspace.workspace.id}`, { time_zone: 'Europe/Berlin' })
  const { body: moved } = await ana.patch(`/api/campaigns/${campaign.id}`, { start_at: '2090-07-01' })
  assert.deepEqual([campaign.start_at, moved.start_at], ['2090-07-01T00:00:00.000Z', '2090-06-30T22:00:00.000Z'])
  assert.deepEqual([campaign.retry.backoff, campaign.retry.max_delay_minutes], ['doubling', 60])
  assert.equal(moved.waiting_until, null, 'it has not been started')
  assert.equal((await ana.patch(`/api/campaigns/${campaign.id}`, { start_at: null })).body.start_at, null)
  for (const [field, value] of Object.entries({
    start_at: '1999-01-01',
    retry: { delay_minutes: 60, backoff: 'doubling', max_delay_minutes: 30 },
  }))
    assert.equal((await ana.patch(`/api/campaigns/${campaign.id}`, { [field]: value })).status, 400, field)
})

test('a campaign may have several transfer numbers, by number or id', async () => {
  const member = await server.signUp()
  const add = async (phone_number: string) =>
    (await member.post('/api/transfer-numbers', { name: 'Desk', phone_number })).body
  const [first, second] = [await add('+15550100201'), await add('+15550100202')]
  const { body: campaign } = await member.post('/api/campaigns', {
    title: 'Two desks',
    transfer_numbers: [first.phone_number, second.id, first.id],
    transfer_order: 'round_robin',
  })
  assert.deepEqual(
    [campaign.transfer_number, campaign.transfer_numbers, campaign.transfer_order, campaign.key_map['1']],
    ['+15550100201', ['+15550100201', '+15550100202'], 'round_robin', 'transfer'],
  )
  const change = async (body: object) => {
    const { transfer_number, transfer_numbers } = (await member.patch(`/api/campaigns/${campaign.id}`, body)).body
    return [transfer_number, transfer_numbers]
  }
  assert.deepEqual(await change({ transfer_number: second.phone_number }), ['+15550100202', ['+15550100202']])
  assert.deepEqual(await change({ transfer_numbers: [] }), [null, []])
  assert.deepEqual(await change({ transfer_numbers: [first.id] }), ['+15550100201', ['+15550100201']])
  assert.deepEqual(await change({ transfer_number: null }), [null, []])
  const refused = await member.patch(`/api/campaigns/${campaign.id}`, { transfer_numbers: [first.id, '+15550100299'] })
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.transfer_numbers.1'])
  const outsider = await server.signUp()
  assert.equal((await outsider.post('/api/campaigns', { title: 'Mine', transfer_numbers: [first.id] })).status, 404)
})
