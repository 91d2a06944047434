import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { toneWav } from '../../../test/tone.ts'

const server = await sharedTestServer()
const at = '/compat/calling/api'

/** A workspace with everything that a campaign needs. */
async function workspace() {
  const ana = await server.signUp()
  const made = async (path: string, body: unknown) => {
    const { status, body: answer, text } = await ana.post(`${at}${path}`, body)
    assert.equal(status, 201, text)
    return answer
  }
  const list = await made('/contact-lists', { user_id: ana.userId, name: 'Everyone', description: null })
  const contact = await ana.post('/api/contacts', { first_name: 'Bea', phone_number: '+12125550101' })
  await ana.post(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.body.id] })
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(toneWav(1))]), 'hello.wav')
  const greeting = await made('/greeting-files', form)
  const account = { host: '127.0.0.1', port: '5999', username: 'u', password: 'p' }
  const provider = await made('/sip-providers', { name: 'Line', ...account, isActive: true })
  return { ana, made, list, greeting, provider }
}

const listed = async (ana: SignedUp, status: string) =>
  (await ana.get(`${at}/campaigns?userId=${ana.userId}&status=${status}`)).body as { id: string }[]

test('a campaign is created by the wizard, and its status has the words of the front-end', async () => {
  const { ana, made, list, greeting } = await workspace()
  const wizard = {
    title: 'Spring',
    contactListId: list.id,
    greetingFileId: greeting.id,
    transferNumber: '+1 212 555 0199',
  }
  const campaign = await made('/campaigns', { id: 'camp-1', ...wizard, schedule: { maxConcurrentCalls: 5 } })
  assert.deepEqual(
    [campaign.status, campaign.contactListId, campaign.transferNumber, campaign.totalCalls, campaign.schedule],
    ['pending', list.id, '+12125550199', 0, { startDate: null, maxConcurrentCalls: 5 }],
  )
  // The wizard has a field for any number. It becomes one of the workspace's.
  const { body: numbers } = await ana.get(`${at}/transfer-numbers?userId=${ana.userId}`)
  assert.deepEqual(
    numbers.map(({ name, number }: Record<string, string>) => [name, number]),
    [['Spring', '+12125550199']],
  )
  const again = await made('/campaigns', { ...wizard, title: 'Summer', transferNumber: numbers[0].id })
  assert.equal(again.transferNumber, '+12125550199')

  const path = `${at}/campaigns/${campaign.id}`
  const set = async (status: string) => (await ana.patch(path, { status })).body.status
  assert.equal(await set('pending'), 'pending')
  assert.equal((await ana.patch(path, { status: 'completed' })).status, 409)
  assert.equal(await set('in_progress'), 'running')
  assert.equal((await ana.get(`/api/campaigns/${campaign.id}`)).body.status, 'active')
  assert.deepEqual(
    (await listed(ana, 'running')).map(({ id }) => id),
    [campaign.id],
  )
  assert.equal(await set('paused'), 'paused')
  const { body: edited } = await ana.put(path, { title: 'Spring again', status: 'running' })
  assert.deepEqual([edited.title, edited.status], ['Spring again', 'running'])
  assert.equal((await ana.post(`${path}/pause`)).body.status, 'paused')
  assert.equal(await set('cancelled'), 'cancelled')
  assert.equal((await ana.get(path)).body.status, 'cancelled')
  assert.equal((await ana.patch(path, { status: 'running' })).status, 409)
  assert.deepEqual(await listed(ana, 'running'), [])
  assert.deepEqual((await ana.delete(`${path}?userId=${ana.userId}`)).body, { success: true })
})

test('the dialer form starts a campaign, follows it, stops it and starts it again', async () => {
  const { ana, made, list, provider, greeting } = await workspace()
  const campaign = await made('/campaigns', { title: 'Dialer' })
  const form = {
    contactListId: list.id,
    campaignId: campaign.id,
    transferNumber: '+12125550198',
    sipProviderId: provider.id,
    greetingFile: 'greeting.wav',
    maxConcurrentCalls: 3,
  }
  const start = (more: object = {}) => ana.post(`${at}/start-dialing`, { ...form, ...more })
  const without = await start()
  assert.deepEqual([without.status, without.body.code], [400, 'not_ready'])
  const started = await start({ greetingFile: 'hello.wav' })
  assert.equal(started.status, 200, started.text)
  assert.deepEqual([started.body.jobId, started.headers.get('x-ignored-fields')], [campaign.id, null])
  const { body: stored } = await ana.get(`/api/campaigns/${campaign.id}`)
  assert.deepEqual(
    [
      stored.status,
      stored.contact_list_id,
      stored.sip_provider_id,
      stored.greeting_file_id,
      stored.max_concurrent_calls,
    ],
    ['active', list.id, provider.id, greeting.id, 3],
  )
  const status = async () => (await ana.get(`${at}/dialing-status/${campaign.id}`)).body
  const counts = { totalCalls: 1, completedCalls: 0, answeredCalls: 0, failedCalls: 0 }
  assert.deepEqual(await status(), { status: 'running', ...counts })
  assert.deepEqual((await ana.post(`${at}/stop-dialing/${campaign.id}`)).body, { success: true })
  assert.deepEqual(await status(), { status: 'stopped', ...counts })
  // The form's default name is no greeting of ours; the campaign keeps the one it has.
  const again = await start()
  assert.deepEqual([again.status, again.headers.get('x-ignored-fields')], [200, 'body.greetingFile'])
  assert.equal((await status()).status, 'running')
  await ana.post(`${at}/stop-dialing/${campaign.id}`)
})

test('a number is not added for a member who may not add numbers, nor one that cannot be called', async () => {
  const { ana, made } = await workspace()
  const refused = await ana.post(`${at}/campaigns`, { title: 'Spring', transferNumber: '12' })
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.transfer_number'])
  const manager = await server.addMember(ana, 'sales_manager')
  const { status, body } = await manager.post(`${at}/campaigns`, { title: 'Spring', transferNumber: '+12125550197' })
  assert.equal(status, 403, body.error)
  assert.deepEqual((await ana.get(`${at}/transfer-numbers`)).body, [])
  assert.deepEqual((await ana.get(`${at}/campaigns`)).body, [])
  await made('/campaigns', { title: 'Without a number', transferNumber: '' })
})
