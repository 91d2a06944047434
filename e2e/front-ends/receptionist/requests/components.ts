import assert from 'node:assert/strict'
import type { Page } from './page.ts'

/** The requests that its components send by themselves. */
export async function onboarding(page: Page, clientId: string): Promise<void> {
  const { id } = await page.done('GET', '/auth/me')
  const path = `/onboarding/${id}`
  const begun = await page.done('GET', path)
  assert.deepEqual([begun.currentStep, begun.progress, begun.customerId], [1, 0, id])

  const form = new FormData()
  form.set('file', new File(['Prices: a cleaning costs 80 USD.'], 'prices.txt', { type: 'text/plain' }))
  form.set('customerId', id)
  const { url } = await page.done('POST', '/upload/business-document', form)
  const step1 = await page.done('POST', `${path}/step-1`, {
    businessName: 'Berg Dental Two',
    industry: 'Dental Practice',
    businessPhone: '+1 (415) 555-0133',
    serviceDescription: 'Cleaning and emergencies',
    businessDocuments: [url],
  })
  assert.deepEqual([step1.progress, step1.currentStep], [20, 2])
  await page.done('POST', `${path}/step-2`, {
    forwardingNumber: '+14155550144',
    smsEnabled: true,
    smsPhoneNumber: '+14155550145',
  })
  const document = { name: 'menu.pdf', size: 1200, type: 'application/pdf', url: '/uploads/menu.pdf' }
  await page.done('POST', `${path}/step-3`, {
    callerResponses: { appointment_request: 'Gladly.', pricing_inquiry: '', emergency: 'One moment.', other: 'Hello.' },
    businessDocuments: [document],
  })
  // The browser only claims that a calendar is connected. The answer names the field, because it has no effect.
  await page.done(
    'POST',
    `${path}/step-4`,
    { calendarProvider: 'google', calendarConnected: true },
    'body.calendarConnected',
  )
  const line = { id: 1764500000000, speaker: 'AI', text: 'Hello!', timestamp: '10:00:00 AM' }
  const demo = { demoCompleted: true, demoTranscripts: [line] }
  await page.done('POST', `${path}/demo-complete`, demo)
  await page.done('POST', `${path}/step-5`, demo)
  await page.done('POST', `${path}/step-6`, { reviewCompleted: true, reviewedAt: new Date().toISOString() })
  const state = await page.done('GET', path)
  assert.deepEqual([state.progress, state.currentStep, state.smsEnabled], [95, 7, true])
  assert.deepEqual(state.callerResponses, { appointment_request: 'Gladly.', emergency: 'One moment.', other: 'Hello.' })
  assert.deepEqual([state.demoTranscripts, state.businessDocuments], [[line], [document]])
  const completed = await page.done('POST', `${path}/complete`)
  assert.deepEqual([completed.portalUrl, completed.progress], [`/portal/${id}`, 100])
  assert.equal((await page.done('GET', `/clients/${completed.client_id}`)).phone, '+14155550133')

  const portal = await page.done('GET', `/portal/${id}/dashboard`)
  assert.deepEqual([portal.customer.id, portal.stats.total_calls, portal.recent_calls.length], [id, 2, 2])

  const { answer } = await page.done('POST', '/ask', { question: 'What does a cleaning cost?' })
  assert.match(answer, /do not know/)
  const api = page.base.replace('/compat/receptionist', '')
  const taught = await fetch(`${api}/clients/${clientId}/knowledge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${page.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Prices', content: 'A cleaning costs 80 USD.' }),
  })
  assert.equal(taught.status, 201)
  assert.equal(
    (await page.done('POST', '/ask', { question: 'What does a cleaning cost?' })).answer,
    'A cleaning costs 80 USD.',
  )
}

/** What the front-end asks for without the right to it. Its own server allowed it. */
export async function refusedForSecurity(page: Page, clientId: string): Promise<void> {
  const { id } = await page.done('GET', '/auth/me')
  assert.match(await page.refused(400, 'DELETE', '/users/account'), /password|body/i)
  assert.equal((await page.send('GET', '/auth/me')).status, 200, 'the account is still there')
  // The spoken demo does not exist. Its socket is closed with the reason.
  const demo = new WebSocket(`${page.base.replace('http', 'ws').replace('/compat/receptionist/api', '')}/ws/demo`)
  const closed = new Promise<CloseEvent>((resolve) => demo.addEventListener('close', resolve))
  const { code, reason } = await closed
  assert.equal(code, 4404)
  assert.match(reason, /demo is not available/)
  const { token } = page
  page.token = null
  await page.refused(401, 'POST', '/calls', { client_id: clientId, sentiment: 'NEUTRAL' })
  await page.refused(401, 'GET', `/portal/${id}/dashboard`)
  await page.refused(401, 'GET', `/onboarding/${id}`)
  await page.refused(401, 'POST', '/ask', { question: 'What does a cleaning cost?' })
  const other = await page.done('POST', '/auth/register', {
    email: 'lima@example.com',
    password: 'correct horse battery',
    name: 'Ana Lima',
  })
  page.token = other.token
  await page.refused(404, 'GET', `/portal/${id}/dashboard`)
  await page.refused(404, 'GET', `/onboarding/${id}`)
  await page.refused(404, 'POST', `/onboarding/${id}/step-1`, { businessName: 'Mine now' })
  await page.refused(404, 'GET', `/clients/${clientId}/stats`)
  page.token = token
}
