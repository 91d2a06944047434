import type { SignedUp } from './server.ts'

/** One of everything of the sales pipeline, every text in it bearing the marker; ids by kind, as paths name them. */
export async function createSalesFixture(
  owner: SignedUp,
  marker: string,
  campaignId: string,
): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body.data ?? answer.body
  }
  const property = await made('/api/properties', {
    name: marker,
    city: marker,
    description: marker,
    features: [marker],
    price: 1_000_000,
  })
  const rule = await made('/api/routing-rules', {
    name: marker,
    member_ids: [owner.userId],
    conditions: { city: [marker] },
  })
  const prospect = await made('/api/prospects', {
    name: marker,
    city: marker,
    email: `${marker}.prospect@example.com`,
    budget: '900k',
    timeline: marker,
  })
  const lead = await made(`/api/campaigns/${campaignId}/queued-leads`, { prospect_id: prospect.id })
  const conversation = await made('/api/conversations', {
    prospect_id: prospect.id,
    campaign_id: campaignId,
    channel: 'phone',
    outcome: 'qualified',
    transcript: marker,
    notes: marker,
    messages: [{ sender: 'customer', text: marker }],
  })
  const thread = `/api/conversations/${conversation.id}`
  await owner.patch(thread, { tags: [marker] })
  const said = await made(`${thread}/messages`, { sender: 'assistant', text: marker })
  const entity = await made(`${thread}/entities`, { type: 'feature', value: marker })
  const action = await made(`${thread}/actions`, { type: 'note', description: marker, details: { text: marker } })
  const step = await made(`${thread}/plan-steps`, { description: marker })
  const review = await made(`${thread}/reviews`, { note: marker, score: 50 })
  await owner.patch(`${thread}/live`, { stage: marker, next_action: marker })
  const appointment = await made('/api/appointments', {
    prospect_id: prospect.id,
    property_id: property.id,
    conversation_id: conversation.id,
    scheduled_date: '2040-12-01T10:00:00Z',
    location: marker,
    notes: marker,
  })
  const { body: interests } = await owner.get(`/api/prospects/${prospect.id}/interests`)
  const score = await made(`/api/prospects/${prospect.id}/qualification-scores`, { notes: marker })
  const handoff = await made('/api/handoffs/from-appointment', { appointmentId: appointment.id })
  return Object.fromEntries(
    Object.entries({
      properties: property.id,
      'routing-rules': rule.id,
      prospects: prospect.id,
      'queued-leads': lead.id,
      interests: interests.data[0].id,
      'qualification-scores': score.id,
      conversations: conversation.id,
      'transcript-messages': said.id,
      entities: entity.id,
      actions: action.id,
      'plan-steps': step.id,
      reviews: review.id,
      appointments: appointment.id,
      handoffs: handoff.id,
      users: owner.userId,
    }).map(([kind, id]) => [kind, String(id)]),
  )
}
