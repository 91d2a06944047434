import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, assertShape, type Shape } from '../answers.ts'
import type { Answer } from '../front-end.ts'

// What the front-end's own `/api` handlers take and answer, as its code sends and reads them. Its first version signs in with
// supabase-js; its pages then send only the cookie of that sign-in.

/** Sends a request as the signed-in browser does. */
export type Send = (method: string, path: string, body?: object) => Promise<Answer>

/** Sends with the cookie of a sign-in from a page of the server's own origin. */
export const withCookie =
  (origin: string, cookie: string, note: (call: { method: string; path: string; status: number }) => void): Send =>
  async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { cookie, origin, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    note({ method, path: path.replace(/\?.*/, ''), status: response.status })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
  }

export interface Made {
  propertyId: string
  prospectId: string
  campaignId: string
  conversationId: string
  appointmentId: string
  handoffId: string
  integrationId: string
}

/**
 * Sends every request of the handlers, in the order in which a day would, and checks what the front-end reads. `base` is ''
 * or `/compat/sales`. `rep` is the member who meets the prospect. Nothing that is sent may be without effect.
 */
export async function sendAll(send: Send, base: string, rep: { id: string; name: string }): Promise<Made> {
  const isCompat = base !== ''
  const sent = async (status: number, method: string, path: string, body?: object): Promise<Answer['body']> => {
    const answer = await send(method, `${base}/api/${path}`, body)
    assert.equal(answer.status, status, `${method} ${base}/api/${path}: ${answer.text}`)
    assert.equal(answer.headers.get('x-ignored-fields'), null, `${method} ${path} dropped a field`)
    return answer.body
  }
  const data = async (...request: Parameters<typeof sent>): Promise<Answer['body']> => (await sent(...request)).data
  const has = (value: unknown, shape: Shape) => assertShape(value, shape)

  const villa = {
    name: isCompat ? 'Sea villa' : 'Pool villa',
    city: 'Riyadh',
    priceRange: '8M - 12M SAR',
    bedrooms: 5,
    type: 'villa',
    status: 'available',
    imageUrl: '/pool-villa.jpg',
    description: 'Corner plot with a garden',
    features: ['Private pool', 'Majlis'],
  }
  const property = await data(201, 'POST', 'properties', villa)
  has(property, {
    id: anId,
    name: villa.name,
    price_range: villa.priceRange,
    image_url: villa.imageUrl,
    bedrooms: 5,
    features: villa.features,
  })
  has(await data(200, 'GET', 'properties?city=Riyadh&status=available&type=villa&limit=1000'), includes(property.id))
  has(await data(200, 'GET', 'properties'), includes(property.id))
  has(await data(200, 'GET', `properties/${property.id}`), { price_range: villa.priceRange })
  const changed = { ...villa, priceRange: '9M - 12M SAR', status: 'reserved' }
  has(await data(200, 'PUT', `properties/${property.id}`, changed), { price_range: '9M - 12M SAR', status: 'reserved' })
  await sent(200, 'PUT', `properties/${property.id}`, villa)
  const spare = await data(201, 'POST', 'properties', { ...villa, name: 'To be deleted' })
  has(await sent(200, 'DELETE', `properties/${spare.id}`), { success: true })

  const number = isCompat ? '+966501230002' : '+966501230001'
  const prospect = await data(201, 'POST', 'prospects', {
    name: 'Faisal Otaibi',
    email: `faisal${base.length}@example.com`,
    phone: number,
    whatsapp: number,
    budget: '9M SAR',
    city: 'Riyadh',
    timeline: '1-3 months',
    status: 'new',
    assignedTo: rep.id,
    preferredChannel: 'whatsapp',
  })
  has(prospect, { id: anId, phone: number, assigned_to: rep.id, preferred_channel: 'whatsapp', budget: '9M SAR' })
  has(await data(200, 'GET', `prospects?status=new&city=Riyadh&assignedTo=${rep.id}&limit=1000`), includes(prospect.id))

  const campaign = await data(201, 'POST', 'campaigns', {
    name: 'Villas in Riyadh',
    segment: 'High net worth',
    status: 'draft',
    channels: ['phone', 'whatsapp', 'email'],
    attempts: 0,
    connectRate: 0,
    bookedAppointments: 0,
    createdBy: rep.id,
  })
  has(campaign, {
    id: anId,
    name: 'Villas in Riyadh',
    segment: 'High net worth',
    status: 'draft',
    channels: ['phone', 'whatsapp', 'email'],
    attempts: 0,
    connect_rate: 0,
    booked_appointments: 0,
    created_by: anId,
  })
  has(await data(200, 'GET', `campaigns?status=draft&createdBy=${campaign.created_by}`), includes(campaign.id))

  const conversation = await data(201, 'POST', 'conversations', {
    prospectId: prospect.id,
    prospectName: 'Faisal Otaibi',
    campaignId: campaign.id,
    timestamp: '2026-11-20T09:30:00.000Z',
    duration: 272,
    channel: 'whatsapp',
    outcome: 'responded',
    sentiment: 'positive',
    transcript: 'Agent: Good morning. Prospect: I look for a villa.',
    aiConfidence: 'high',
    handoffSuggested: true,
    messageCount: 3,
  })
  has(conversation, {
    id: anId,
    prospect_id: prospect.id,
    prospect_name: 'Faisal Otaibi',
    campaign_id: campaign.id,
    duration: 272,
    outcome: 'responded',
    ai_confidence: 'high',
    handoff_suggested: true,
    message_count: 3,
  })
  for (const outcome of [
    'connected',
    'voicemail',
    'no_answer',
    'busy',
    'qualified',
    'not_interested',
    'opened',
    'clicked',
  ]) {
    const short = { prospectId: prospect.id, channel: 'phone', outcome, duration: 0, messageCount: 0 }
    has(await data(201, 'POST', 'conversations', short), { outcome, duration: 0, message_count: 0 })
  }
  const conversations = `conversations?prospectId=${prospect.id}&campaignId=${campaign.id}&channel=whatsapp`
  has(await data(200, 'GET', conversations), [{ id: conversation.id, ai_confidence: 'high' }])

  const sooner = await book({ scheduledDate: isCompat ? '2041-03-01T10:00:00.000Z' : '2040-03-01T10:00:00.000Z' })
  const later = await book({ scheduledDate: isCompat ? '2041-03-02T10:00:00.000Z' : '2040-03-02T10:00:00.000Z' })
  async function book({ scheduledDate }: { scheduledDate: string }) {
    return data(201, 'POST', 'appointments', {
      prospectId: prospect.id,
      prospectName: 'Faisal Otaibi',
      propertyId: property.id,
      propertyName: villa.name,
      assignedRepId: rep.id,
      assignedRepName: rep.name,
      scheduledDate,
      location: 'Main gate',
      status: 'scheduled',
      notes: 'Comes with his brother',
      sourceChannel: 'whatsapp',
    })
  }
  has(sooner, {
    id: anId,
    prospect_name: 'Faisal Otaibi',
    property_name: villa.name,
    assigned_rep_name: rep.name,
    scheduled_date: anInstant,
    status: 'scheduled',
    source_channel: 'whatsapp',
  })
  const appointments = `appointments?prospectId=${prospect.id}&assignedRepId=${rep.id}&status=scheduled`
  // At its own address they come soonest first, as its calendar reads them.
  const order = isCompat ? [sooner, later] : [sooner, later].toReversed()
  has(
    await data(200, 'GET', appointments),
    order.map(({ id }) => ({ id })),
  )

  const handoff = await sent(201, 'POST', 'handoffs/from-appointment', { appointmentId: sooner.id })
  const score = {
    overallScore: aNumber,
    intentScore: aNumber,
    budgetFitScore: aNumber,
    propertyMatchConfidence: aNumber,
  }
  const urgency = { urgency: /^(high|medium|low)$/, riskFlags: Array.isArray }
  has(handoff, {
    id: anId,
    prospect_id: prospect.id,
    prospect_phone: number,
    priority: /^(high|medium|low)$/,
    conversation_context: aText,
    qualification_score: { ...score, ...urgency },
    suggested_properties: includes(villa.name),
    suggested_follow_up_channel: 'whatsapp',
    source_channel: 'whatsapp',
    status: 'pending',
    timestamp: anInstant,
  })
  // The sample agenda of its pages has ids like this one. The page shows the sentence.
  has(await sent(404, 'POST', 'handoffs/from-appointment', { appointmentId: 'apt-1' }), { error: aText })
  const stated = {
    intentScore: 90,
    budgetFitScore: 85,
    urgency: 'high',
    propertyMatchConfidence: 85,
    riskFlags: [],
    overallScore: 88,
  }
  const written = await sent(201, 'POST', 'handoffs', {
    conversationId: conversation.id,
    prospectId: prospect.id,
    prospectName: 'Faisal O.',
    prospectPhone: number,
    prospectEmail: 'faisal@example.com',
    prospectWhatsapp: number,
    priority: 'medium',
    reason: 'Asks for the price in writing',
    summary: 'Has seen the villa twice',
    detectedNeeds: ['5 bedrooms'],
    suggestedProperties: [villa.name],
    qualificationScore: stated,
    conversationContext: 'Previous conversation by WhatsApp',
    nextSteps: ['Send the offer'],
    sourceChannel: 'whatsapp',
    suggestedFollowUpChannel: 'email',
  })
  has(written, {
    id: anId,
    prospect_name: 'Faisal O.',
    detected_needs: ['5 bedrooms'],
    suggested_properties: [villa.name],
    qualification_score: stated,
    conversation_context: 'Previous conversation by WhatsApp',
    next_steps: ['Send the offer'],
    suggested_follow_up_channel: 'email',
  })
  const handoffs = await sent(200, 'GET', 'handoffs?status=pending')
  // At its own address the list is bare.
  has(isCompat ? handoffs : handoffs.data, includes(written.id))

  const salesforce = await data(201, 'POST', 'integrations', {
    name: isCompat ? 'HubSpot' : 'Salesforce',
    type: 'crm',
    status: 'disconnected',
    icon: 'salesforce',
    config: { region: 'eu', apiKey: 'hush' },
  })
  has(salesforce, { id: anId, status: 'disconnected', icon: 'salesforce', config: { region: 'eu' } })
  const connected = await data(200, 'PUT', 'integrations', {
    id: salesforce.id,
    status: 'connected',
    lastSync: '2026-11-20T09:30:00.000Z',
    config: { region: 'eu', pipeline: 'villas' },
  })
  has(connected, { status: 'connected', last_sync: '2026-11-20T09:30:00.000Z', config: { pipeline: 'villas' } })
  const integrations = await send('GET', `${base}/api/integrations`)
  assertShape(integrations.body.data, includes(salesforce.id))
  assert.doesNotMatch(integrations.text, /hush/)
  has(await sent(200, 'GET', 'test-db'), { success: true, tables: { properties: { accessible: true } } })

  return {
    propertyId: property.id,
    prospectId: prospect.id,
    campaignId: campaign.id,
    conversationId: conversation.id,
    appointmentId: sooner.id,
    handoffId: handoff.id,
    integrationId: salesforce.id,
  }
}

/** The value is in the list, or is the id of an item in it. */
function includes(value: string) {
  return (list: unknown) =>
    Array.isArray(list) && list.some((item) => item === value || (item as { id?: string } | null)?.id === value)
}

/** The campaigns page of the last version reads these fields, and `channels` with `.includes`. */
export const campaignOfThePage: Shape = {
  id: anId,
  name: aText,
  target_segment: (value) => value === null || aText(value),
  target_city: (value) => value === null || aText(value),
  channels: Array.isArray,
  total_outreach: aNumber,
  connect_rate: aNumber,
  response_rate: aNumber,
  click_rate: aNumber,
  booked_appointments: aNumber,
  created_by: anId,
  created_at: anInstant,
  contacted_prospects: Array.isArray,
  respect_dnc: true,
  require_consent: false,
}

/** The endpoints of `sendAll`, each with a request that is refused for what it says. */
export const refusals: readonly [endpoint: string, path: string, status: number][] = [
  ['GET /api/properties', 'properties?type=castle', 400],
  ['POST /api/properties', 'properties', 400],
  ['GET /api/properties/:id', 'properties/7', 404],
  ['PUT /api/properties/:id', 'properties/7', 404],
  ['DELETE /api/properties/:id', 'properties/7', 404],
  ['GET /api/prospects', 'prospects?status=bored', 400],
  ['POST /api/prospects', 'prospects', 400],
  ['GET /api/campaigns', 'campaigns?status=odd', 400],
  ['POST /api/campaigns', 'campaigns', 400],
  ['GET /api/conversations', 'conversations?channel=pigeon', 400],
  ['POST /api/conversations', 'conversations', 400],
  ['GET /api/appointments', 'appointments?status=dreamt', 400],
  ['POST /api/appointments', 'appointments', 400],
  ['GET /api/handoffs', 'handoffs?status=lost', 400],
  ['POST /api/handoffs', 'handoffs', 400],
  ['POST /api/handoffs/from-appointment', 'handoffs/from-appointment', 400],
  ['GET /api/integrations', 'integrations?limit=0', 400],
  ['POST /api/integrations', 'integrations', 400],
  ['PUT /api/integrations', 'integrations', 400],
]
