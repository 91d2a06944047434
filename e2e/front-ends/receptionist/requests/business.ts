import assert from 'node:assert/strict'
import type { Page } from './page.ts'

export async function billing(page: Page): Promise<void> {
  assert.equal(await page.done('GET', '/billing/subscription'), null)
  assert.deepEqual((await page.done('GET', '/billing/invoices')).invoices, [])
  // The browser cannot make a plan active, whatever it says about a payment.
  const chosen = await page.done('POST', '/billing/subscription', { plan_id: 'pro', payment_method_id: 'pm_1' })
  assert.deepEqual([chosen.plan_id, chosen.plan_name, chosen.amount, chosen.status], ['pro', 'Pro', 99, 'incomplete'])
  assert.ok(!Number.isNaN(Date.parse(chosen.next_billing_date)))
  assert.ok(!Number.isNaN(Date.parse(chosen.created_at)))
  assert.equal(await page.done('GET', '/billing/subscription'), null, 'not before it is paid for')
  const { invoices } = await page.done('GET', '/billing/invoices')
  assert.equal(invoices.length, 1)
  const [invoice] = invoices
  assert.deepEqual([invoice.amount, invoice.status], [99, 'pending'])
  assert.match(invoice.number, /^INV-\d+$/)
  assert.ok(!Number.isNaN(Date.parse(invoice.date)))
  const pdf = await page.send('GET', `/billing/invoices/${invoice.id}/download`)
  assert.equal(pdf.headers.get('content-type'), 'application/pdf')
  assert.match(pdf.text, /^%PDF-1\.\d/)
  assert.ok(invoice.pdf_url.endsWith(`/compat/receptionist/api/billing/invoices/${invoice.id}/download`))
  const free = await page.done('PUT', '/billing/subscription', { plan_id: 'free' })
  assert.deepEqual([free.plan_id, free.status], ['free', 'active'])
  assert.deepEqual(await page.done('GET', '/billing/subscription'), free)
  await page.refused(400, 'PUT', '/billing/subscription', { payment_method_id: 'pm_1' })
  await page.refused(400, 'POST', '/billing/subscription', { plan_id: 'golden', payment_method_id: 'pm_1' })
  await page.done('DELETE', '/billing/subscription')
  assert.equal(await page.done('GET', '/billing/subscription'), null)
}

export async function settings(page: Page): Promise<void> {
  const initial = await page.done('GET', '/settings')
  assert.equal(initial.currency, 'USD')
  const changed = await page.done('PUT', '/settings', { ...initial, time_zone: 'Europe/Lisbon', notifications: false })
  assert.deepEqual([changed.time_zone, changed.notifications], ['Europe/Lisbon', false])
  assert.equal((await page.done('GET', '/settings')).notifications, false)
  const { id, key } = await page.done('POST', '/settings/api-keys', { name: 'Voice agent' })
  const { data } = await page.done('GET', '/settings/api-keys')
  assert.deepEqual([data[0].id, data[0].key], [id, undefined], 'the key is shown once')
  const withKey = await page.send('GET', '/clients', undefined, { authorization: `Bearer ${key}` })
  assert.equal(withKey.status, 200)
  await page.done('DELETE', `/settings/api-keys/${id}`)
  const after = await page.send('GET', '/clients', undefined, { authorization: `Bearer ${key}` })
  assert.equal(after.status, 401)
}
