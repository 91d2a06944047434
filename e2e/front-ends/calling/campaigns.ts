import assert from 'node:assert/strict'
import type { CalledPeople } from '../../peers/sipp.ts'
import { until } from '../../../server/test/until.ts'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { FrontEnd, Person } from '../front-end.ts'
import { transferNumber } from './telephony.ts'

export async function campaigns(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/campaigns', body)
  const [greeting] = await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`))
  const given = {
    title: 'Spring offer',
    description: 'For all',
    greeting_file_url: greeting.url,
    greeting_file_name: 'hello.wav',
    transfer_number: transferNumber,
  }
  const counted = { progress: 0, total_calls: 0, answered_calls: 0, transferred_calls: 0, failed_calls: 0 }
  const made = await answered(201, post({ ...given, user_id: bo.id, status: 'active', total_calls: 7 }))
  const campaign = {
    id: anId,
    user_id: ana.id,
    ...given,
    status: 'pending',
    ...counted,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, campaign)
  const list = (person: Person) => answered(200, person.get(`/api/campaigns?userId=${person.id}`))
  assertShape(await list(ana), [campaign])
  assert.deepEqual(await list(bo), [])
  const one = `/api/campaigns/${made.id}`
  assertShape(await answered(200, ana.get(one)), campaign)
  assertShape(await answered(200, ana.get(`${one}/calls`)), { data: [] })
  assert.deepEqual(await answered(200, ana.get(`/api/campaigns/call-count/${ana.id}`)), { totalCalls: 0 })
  assertShape(await answered(200, ana.patch(one, { description: '' })), { ...campaign, description: null })

  await refused(400, post({ description: 'Nameless' }), 'body.title')
  await refused(400, post({ ...given, title: 5 }), 'body.title')
  await refused(400, post({ ...given, greeting_file_url: 'https://example.com/hello.wav' }), 'body.greeting_file_url')
  await refused(400, post({ ...given, transfer_number: 'Ana' }), 'body.transfer_number')
  await refused(403, post(given, agent))
  await refused(403, bo.get(`/api/campaigns?userId=${ana.id}`))
  await refused(403, bo.get(`/api/campaigns/call-count/${ana.id}`))
  await refused(400, ana.patch(one, { calls_per_second: 'many' }), 'body.calls_per_second')
  // The error names all missing settings.
  for (const field of ['contact_list_id', 'sip_provider_id']) await refused(400, ana.post(`${one}/start`), field)
  for (const action of ['pause', 'resume']) await refused(409, ana.post(`${one}/${action}`))

  for (const [person, path] of [
    [bo, one],
    [ana, `/api/campaigns/${unknownId}`],
  ] as const) {
    await refused(404, person.get(path))
    await refused(404, person.patch(path, { title: 'Mine' }))
    await refused(404, person.delete(path))
    for (const action of ['start', 'pause', 'resume', 'stop']) await refused(404, person.post(`${path}/${action}`))
    await refused(404, person.get(`${path}/calls`))
    await refused(404, person.get(`${path}/report.csv`))
  }
  assert.deepEqual(await answered(200, ana.delete(one)), { success: true })
  await refused(404, ana.get(one))
  assert.deepEqual(await list(ana), [])
}

/** One contact presses 1 and is transferred, one hangs up, one has a number that is not in use. */
export async function aCampaignCalls(ana: Person, bo: Person, called: CalledPeople): Promise<void> {
  const contact_list_id = (await answered(201, ana.post('/api/contact-lists', { name: 'Three' }))).id
  const contact_ids: string[] = []
  for (const ending of ['01', '02', '03']) {
    const contact = { first_name: 'Gil', last_name: ending, phone_number: `+141555502${ending}` }
    contact_ids.push((await answered(201, ana.post('/api/contacts', contact))).id)
  }
  await answered(200, ana.post(`/api/contact-lists/${contact_list_id}/contacts`, { contact_ids }))
  const carrier = { name: 'Carrier', host: '127.0.0.1', port: called.port, username: 'acme', password: 'sip secret' }
  const provider = await answered(201, ana.post('/api/sip-providers', { ...carrier, active: true, register: false }))
  assertShape(await answered(200, ana.post(`/api/sip-providers/${provider.id}/test`)), { ok: true, message: aText })
  const [greeting] = await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`))
  const { id } = await answered(
    201,
    ana.post('/api/campaigns', {
      title: 'Three calls',
      contact_list_id,
      greeting_file_id: greeting.id,
      transfer_number: transferNumber,
      calling_hours: null,
      retry: { max_attempts: 1 },
      calls_per_second: 10,
    }),
  )
  using live = await ana.listen()
  using elsewhere = await bo.listen()
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/start`)), { id, status: 'active' })
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/pause`)), { id, status: 'paused' })
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/resume`)), { id, status: 'active' })
  live.send('campaign:watch', { campaign_id: id })
  elsewhere.send('campaign:watch', { campaign_id: id })
  await elsewhere.next('error')
  await until(
    'the campaign is over',
    async () => (await ana.get(`/api/campaigns/${id}`)).body.status === 'completed',
    60_000,
  )

  const counts = { total_calls: 3, answered_calls: 2, transferred_calls: 1, failed_calls: 1, progress: 100 }
  assertShape(await answered(200, ana.get(`/api/campaigns/${id}`)), { status: 'completed', ...counts })
  await live.next('campaign:progress', (data) => data.campaign_id === id && data.status === 'completed')
  await live.next('call:logged')
  assert.deepEqual(await answered(200, ana.get(`/api/campaigns/call-count/${ana.id}`)), { totalCalls: 3 })
  const [number] = await answered(200, ana.get(`/api/transfer-numbers?userId=${ana.id}`))
  assertShape(number, { phone_number: transferNumber, call_count: 1 })

  const { data } = await answered(200, ana.get(`/api/campaigns/${id}/calls`))
  const byNumber = Object.fromEntries(data.map((call: { phone_number: string }) => [call.phone_number, call]))
  const call = { id: anId, contact_id: anId, attempts: 1, ended_at: anInstant, duration_seconds: aNumber }
  assertShape(byNumber, {
    '+14155550201': { ...call, status: 'transferred', key: '1', transferred: true, answered_at: anInstant },
    '+14155550202': { ...call, status: 'completed', key: null, transferred: false, answered_at: anInstant },
    '+14155550203': { status: 'failed', transferred: false, answered_at: null, cause: 'not_found' },
  })
  const report = await ana.get(`/api/campaigns/${id}/report.csv`)
  assert.match(report.headers.get('content-type') ?? '', /^text\/csv/)
  assert.equal(report.text.trim().split('\r\n').length, 4)

  const another = { title: 'Not begun', contact_list_id, greeting_file_id: greeting.id, key_map: { 9: 'opt_out' } }
  const stopped = (await answered(201, ana.post('/api/campaigns', another))).id
  await answered(200, ana.post(`/api/campaigns/${stopped}/start`))
  assertShape(await answered(200, ana.post(`/api/campaigns/${stopped}/stop`)), { status: 'stopped' })
  await refused(409, ana.post(`/api/campaigns/${stopped}/resume`))
  assert.deepEqual(
    elsewhere.frames.map(({ event }) => event),
    ['error'],
    'No other user receives it.',
  )
}
