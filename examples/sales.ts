import assert from 'node:assert/strict'
import { createClient as createSupabase } from '@supabase/supabase-js'
import { type ApiError, createClient } from '../client/src/index.ts'
import { joinTeam, signUp } from './people.ts'

const refusedWith = ({ status, code }: ApiError) => `${status} ${code}`

/** A day of a sales team: a customer looks for a villa, the assistant qualifies them, one of two colleagues takes over. */
export async function salesDay(url: string): Promise<void> {
  using mona = await signUp(url, 'Mona')
  using sami = await joinTeam(url, mona, 'Sami')
  using lea = await joinTeam(url, mona, 'Lea')

  // The client of Supabase works too: the URL of this server is that of the project.
  const supabase = createSupabase(url, 'any-key', { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await supabase.auth.signInWithPassword(mona)
  if (error) throw error
  const manager = createClient({ url, token: data.session.access_token })
  console.log(`${String(data.user.user_metadata.full_name)} signs in by supabase-js; Sami and Lea are her team.`)

  const { data: villa } = await manager.createProperty({
    body: {
      name: 'Palm Villa',
      city: 'Dubai',
      price: 2_400_000,
      currency: 'AED',
      bedrooms: 4,
      type: 'villa',
      features: ['pool'],
    },
  })
  await manager.createProperty({
    body: { name: 'Marina Flat', city: 'Dubai', price: 900_000, currency: 'AED', type: 'apartment' },
  })
  const answer = await manager.createCampaign({
    body: { name: 'Villas in spring', segment: 'Families', channels: ['whatsapp', 'email'] },
  })
  // Asked for by its "name", a campaign comes wrapped in "data"; by its "title", as the calling day has it, bare.
  const campaign = 'data' in answer ? answer.data : answer

  const { data: omar } = await manager.createProspect({
    body: { name: 'Omar Haddad', budget: 'AED 2-3M', city: 'Dubai', timeline: 'in 2 months', assigned_to: sami.id },
  })
  console.log(`Omar's "AED 2-3M" is understood as ${omar.budget_min} to ${omar.budget_max} ${omar.budget_currency}.`)

  const { data: talk } = await sami.api.createSalesConversation({
    body: {
      prospect_id: omar.id,
      campaign_id: campaign.id,
      channel: 'whatsapp',
      outcome: 'qualified',
      sentiment: 'positive',
      messages: [
        { sender: 'customer', text: 'We look for a villa with a pool and four bedrooms.' },
        { sender: 'assistant', text: 'Palm Villa would fit. Would you like to see it?' },
      ],
    },
  })
  const path = { id: talk.id }
  await sami.api.createDetectedEntity({ path, body: { type: 'bedrooms', value: '4', confidence: 0.95 } })
  await sami.api.createPlanStep({ path, body: { description: 'Offer a visit', status: 'completed' } })
  const { data: score } = await sami.api.createQualificationScore({
    path: { id: omar.id },
    body: { conversation_id: talk.id },
  })
  console.log(`Omar scores ${score.total} of 100: ${score.grade}.`)

  const visit = { prospect_id: omar.id, property_id: villa.id, scheduled_date: '2040-05-04T10:00:00Z' }
  const { data: appointment } = await sami.api.createAppointment({
    body: { ...visit, assigned_rep_id: sami.id, conversation_id: talk.id },
  })
  // Half an hour later Sami is still at the villa.
  const doubleBooking = await sami.api
    .createAppointment({ body: { ...visit, assigned_rep_id: sami.id, scheduled_date: '2040-05-04T10:30:00Z' } })
    .then(() => 'booked', refusedWith)
  console.log('Sami shows the villa at ten. He cannot be booked for half past ten.')

  const handoff = await sami.api.createHandoffFromAppointment({ body: { appointmentId: appointment.id } })
  await lea.receives<{ id: string }>('handoff:new', ({ id }) => id === handoff.id)
  console.log(`The handoff package: ${handoff.priority} priority. ${handoff.summary}`)

  const claims = await Promise.all(
    [sami, lea].map(({ api }) => api.claimHandoff({ path: { id: handoff.id } }).then(() => 'claimed', refusedWith)),
  )
  const winner = claims[0] === 'claimed' ? sami : lea
  const done = await winner.api.completeHandoff({ path: { id: handoff.id }, body: { outcome: 'Offer made' } })
  console.log(`Both reach for it at once; ${done.claimed_by_name} has it, and makes an offer.`)

  const { data: timeline } = await manager.getTimeline({ path: { id: omar.contact_id } })
  assert.deepEqual(
    {
      budget: [omar.budget_min, omar.budget_max, omar.budget_currency],
      campaign: campaign.status,
      doubleBooking,
      suggested: handoff.suggested_properties[0],
      claims: claims.toSorted(),
      handoff: [done.status, done.claimed_by],
      status: (await manager.getProspect({ path: { id: omar.id } })).data.status,
      history: ['prospect.created', 'appointment.booked', 'handoff.completed'].every((kind) =>
        timeline.some((entry) => entry.kind === kind),
      ),
    },
    {
      budget: [2_000_000, 3_000_000, 'AED'],
      campaign: 'draft',
      doubleBooking: '409 slot_taken',
      suggested: 'Palm Villa',
      claims: ['409 already_claimed', 'claimed'],
      handoff: ['completed', winner.id],
      status: 'appointment_set',
      history: true,
    },
  )
}

if (import.meta.main) await salesDay(process.argv[2] ?? 'http://127.0.0.1:3001')
