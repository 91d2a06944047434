import assert from 'node:assert/strict'
import { REALTIME_SUBSCRIBE_STATES } from '@supabase/supabase-js'
import { toneWav } from '../../../server/test/tone.ts'
import { rows, signedUp } from './client.ts'

/** A campaign from its contacts to its end, by the requests of the calling front-end. */
export async function runCampaign(url: string): Promise<void> {
  const { db, userId } = await signedUp(`${url}/compat/calling`, 'ana@example.com')
  const mine = { user_id: userId }

  assert.equal((await rows(db.from('profiles').select('*').eq('id', userId).single())).is_admin, false)
  await rows(db.from('profiles').update({ full_name: 'Ana Silva', company_name: 'Acme' }).eq('id', userId))
  const number = await rows(
    db
      .from('transfer_numbers')
      .insert({ ...mine, name: 'Desk', phone_number: '+15550100123', description: null, call_count: 0 })
      .select()
      .single(),
  )
  const list = await rows(
    db
      .from('contact_lists')
      .insert({ ...mine, name: 'Spring', description: '' })
      .select()
      .single(),
  )
  const contact = await rows(
    db
      .from('contacts')
      .insert({ ...mine, first_name: 'Omar', last_name: 'Haddad', phone_number: '+15550100200', email: null })
      .select()
      .single(),
  )
  await rows(db.from('contact_list_items').insert({ contact_list_id: list.id, contact_id: contact.id }))
  const lists = await rows(
    db.from('contact_lists').select('*, contact_list_items:contact_list_items(count)').eq('user_id', userId),
  )
  assert.equal(lists[0].contact_list_items[0].count, 1)

  assert.ok((await db.storage.listBuckets()).data?.some(({ name }) => name === 'voice-app-uploads'))
  const path = `${userId}/hello.wav`
  const uploads = db.storage.from('voice-app-uploads')
  const sound = new Blob([new Uint8Array(toneWav(1))], { type: 'audio/wav' })
  assert.equal((await uploads.upload(path, sound, { cacheControl: '3600', upsert: false })).error, null)
  const address = uploads.getPublicUrl(path).data.publicUrl
  const greeting = await rows(
    db
      .from('greeting_files')
      .insert({ ...mine, filename: 'hello.wav', url: address, file_type: 'audio/wav', file_size: 9 })
      .select()
      .single(),
  )
  const provider = await rows(
    db
      .from('sip_providers')
      .insert({
        ...mine,
        name: 'Northline',
        host: 'sip.example.com',
        port: '5060',
        username: 'acme',
        password: 'secret',
        active: true,
      })
      .select()
      .single(),
  )
  assert.equal(provider.password, null)

  const campaign = await rows(
    db
      .from('campaigns')
      .insert({
        ...mine,
        title: 'Spring',
        description: '',
        status: 'pending',
        progress: 0,
        total_calls: 0,
        contact_list_id: list.id,
        greeting_file_url: greeting.id,
        transfer_number: number.id,
        port_number: 1,
      })
      .select()
      .single(),
  )
  assert.deepEqual([campaign.status, campaign.transfer_number], ['pending', '+15550100123'])
  await rows(db.from('campaign_ports').insert([{ campaign_id: campaign.id, port_id: provider.id }]))
  const ports = await rows(
    db.from('campaign_ports').select('port_id, goip_ports(port_number)').eq('campaign_id', campaign.id),
  )
  assert.deepEqual(ports, [{ port_id: provider.id, goip_ports: { port_number: 1 } }])

  const changes: string[] = []
  await new Promise<void>((resolve) => {
    db.channel(`campaign-${campaign.id}`)
      .on(
        'postgres_changes',
        { event: 'UPDATE', schema: 'public', table: 'campaigns', filter: `id=eq.${campaign.id}` },
        ({ new: row }) => void changes.push((row as { status: string }).status),
      )
      .subscribe((status) => status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED && resolve())
  })
  const started = await rows(
    db.functions.invoke('start-campaign', { body: { campaignId: campaign.id, userId } }) as never,
  )
  assert.deepEqual([started.success, started.jobId], [true, campaign.id], started.message)
  await rows(db.from('campaigns').update({ status: 'paused' }).eq('id', campaign.id).eq('user_id', userId))
  const jobs = await rows(
    db
      .from('dialer_jobs')
      .select('*')
      .eq('campaign_id', campaign.id)
      .eq('user_id', userId)
      .order('created_at', { ascending: false })
      .limit(1),
  )
  assert.deepEqual([jobs[0].status, jobs[0].total_calls], ['paused', 1])
  await rows(
    db
      .from('call_logs')
      .select('*')
      .eq('campaign_id', campaign.id)
      .order('created_at', { ascending: false })
      .limit(100),
  )
  await rows(db.from('active_calls').select('*').eq('campaign_id', campaign.id))
  await rows(
    db
      .from('dialer_jobs')
      .update({ status: 'cancelled', end_time: new Date().toISOString() })
      .eq('id', campaign.id)
      .eq('user_id', userId),
  )
  assert.equal((await rows(db.from('campaigns').select('status').eq('id', campaign.id).single())).status, 'cancelled')
  assert.deepEqual([...new Set(changes)].slice(0, 2), ['running', 'paused'])
  assert.ok((await db.functions.invoke('create-admin-user', { body: {} })).error)
  await db.removeAllChannels()
  await db.realtime.disconnect()
}
