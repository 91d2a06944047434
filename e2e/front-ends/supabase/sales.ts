import assert from 'node:assert/strict'
import { rows, signedUp } from './client.ts'

/** The records of a sale, by the requests of the sales front-end's own handlers. */
export async function recordSale(url: string): Promise<void> {
  const { db, userId } = await signedUp(url, 'sara@example.com')
  const own = await rows(
    db
      .from('users')
      .insert({ id: userId, name: 'Sara', email: 'sara@example.com', role: 'sales_manager', status: 'active' })
      .select()
      .single(),
  )
  assert.equal(own.role, 'owner')
  const property = await rows(
    db
      .from('properties')
      .insert({
        name: 'Marina',
        city: 'Jeddah',
        price_range: '1M',
        bedrooms: 3,
        type: 'apartment',
        status: 'available',
        image_url: null,
        description: '',
        features: ['pool'],
      })
      .select()
      .single(),
  )
  assert.equal(
    (
      await rows(
        db
          .from('properties')
          .select('*')
          .eq('city', 'Jeddah')
          .eq('status', 'available')
          .order('created_at', { ascending: false })
          .limit(100),
      )
    ).length,
    1,
  )
  assert.equal(
    (await rows(db.from('properties').update({ status: 'reserved' }).eq('id', property.id).select().single())).status,
    'reserved',
  )
  const prospect = await rows(
    db
      .from('prospects')
      .insert({
        name: 'Omar',
        email: 'omar@example.com',
        phone: '+966501234567',
        whatsapp: null,
        budget: '1.2M',
        city: 'Jeddah',
        timeline: '1-3 months',
        status: 'new',
        preferred_channel: 'whatsapp',
      })
      .select()
      .single(),
  )
  const conversation = await rows(
    db
      .from('conversations')
      .insert({
        prospect_id: prospect.id,
        prospect_name: 'Omar',
        timestamp: new Date().toISOString(),
        duration: 0,
        channel: 'phone',
        outcome: 'connected',
        handoff_suggested: false,
      })
      .select()
      .single(),
  )
  assert.equal(
    (
      await rows(
        db
          .from('conversations')
          .select('*')
          .eq('prospect_id', prospect.id)
          .order('timestamp', { ascending: false })
          .limit(100),
      )
    )[0].id,
    conversation.id,
  )
  const appointment = await rows(
    db
      .from('appointments')
      .insert({
        prospect_id: prospect.id,
        prospect_name: 'Omar',
        property_id: property.id,
        property_name: 'Marina',
        scheduled_date: '2030-03-01T10:00:00Z',
        location: 'Marina',
        status: 'scheduled',
        notes: '',
        source_channel: 'phone',
      })
      .select()
      .single(),
  )
  assert.equal(
    (await rows(db.from('appointments').select('*').order('scheduled_date', { ascending: true }).limit(100)))[0].id,
    appointment.id,
  )
  const handoff = await rows(
    db
      .from('handoff_packages')
      .insert({
        conversation_id: conversation.id,
        prospect_id: prospect.id,
        prospect_name: 'Omar',
        priority: 'high',
        reason: 'Visit',
        summary: 'Three rooms',
        detected_needs: ['3 bedrooms'],
        suggested_properties: ['Marina'],
        qualification_score: { overallScore: 75 },
        conversation_context: 'Call',
        next_steps: ['Confirm'],
        source_channel: 'phone',
        suggested_follow_up_channel: 'whatsapp',
        status: 'pending',
      })
      .select()
      .single(),
  )
  assert.equal(
    (
      await rows(
        db.from('handoff_packages').select('*').order('timestamp', { ascending: false }).eq('status', 'pending'),
      )
    )[0].id,
    handoff.id,
  )
  const campaign = await rows(
    db
      .from('campaigns')
      .insert({
        name: 'Spring',
        segment: 'hnw',
        status: 'draft',
        channels: ['phone'],
        attempts: 0,
        connect_rate: 0,
        booked_appointments: 0,
        created_by: userId,
      })
      .select()
      .single(),
  )
  assert.equal(campaign.name, 'Spring')
  const integration = await rows(
    db
      .from('integrations')
      .insert({ name: 'HubSpot', type: 'crm', status: 'disconnected', icon: null, config: {} })
      .select()
      .single(),
  )
  await rows(
    db
      .from('integrations')
      .update({ status: 'connected', last_sync: null, config: { region: 'eu1' } })
      .eq('id', integration.id)
      .select()
      .single(),
  )
  assert.equal((await rows(db.from('integrations').select('*').order('name', { ascending: true }))).length, 1)
  for (const table of ['properties', 'integrations'])
    assert.equal((await db.from(table).select('*', { count: 'exact', head: true })).count, 1, table)
  await rows(db.from('properties').delete().eq('id', property.id))
}
