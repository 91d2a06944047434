import type { SignedUp } from './server.ts'

/** One of everything of the sales pipeline, every text in it bearing the canary; ids by kind, as paths name them. */
export async function createSalesWorld(
  owner: SignedUp,
  canary: string,
  campaignId: string,
): Promise<Record<string, string>> {
  const made = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body.data ?? answer.body
  }
  const property = await made('/api/properties', {
    name: canary,
    city: canary,
    description: canary,
    features: [canary],
    price: 1_000_000,
  })
  const rule = await made('/api/routing-rules', {
    name: canary,
    member_ids: [owner.userId],
    conditions: { city: [canary] },
  })
  const prospect = await made('/api/prospects', {
    name: canary,
    city: canary,
    email: `${canary}.prospect@example.com`,
    budget: '900k',
    timeline: canary,
  })
  const lead = await made(`/api/campaigns/${campaignId}/queued-leads`, { prospect_id: prospect.id })
  const conversation = await made('/api/conversations', {
    prospect_id: prospect.id,
    campaign_id: campaignId,
    channel: 'phone',
    outcome: 'qualified',
    transcript: canary,
    notes: canary,
    messages: [{ sender: 'customer', text: canary }],
  })
  const thread = `/api/conversations/${conversation.id}`
  await owner.patch(thread, { tags: [canary] })
  const said = await made(`${thread}/messages`, { sender: 'assistant', text: canary })
  const entity = await made(`${thread}/entities`, { type: 'feature', value: canary })
  const action = await made(`${thread}/actions`, { type: 'note', description: canary, details: { text: canary } })
  const step = await made(`${thread}/plan-steps`, { description: canary })
  const review = await made(`${thread}/reviews`, { note: canary, score: 50 })
  await owner.patch(`${thread}/live`, { stage: canary, next_action: canary })
  const appointment = await made('/api/appointments', {
    prospect_id: prospect.id,
    property_id: property.id,
    conversation_id: conversation.id,
    scheduled_date: '2040-12-01T10:00:00Z',
    location: canary,
    notes: canary,
  })
  const { body: interests } = await owner.get(`/api/prospects/${prospect.id}/interests`)
  const score = await made(`/api/prospects/${prospect.id}/qualification-scores`, { notes: canary })
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
