import assert from 'node:assert/strict'
import { createClient as createSupabase } from '@supabase/supabase-js'
import type { Answer, FrontEnd, Live, Person } from './front-end.ts'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import { openFrontEnd } from './front-end.ts'

const tables = [
  'GET /api/properties/:id',
  'POST /api/properties',
  'PUT /api/properties/:id',
  'DELETE /api/properties/:id',
  'GET /api/prospects',
  'POST /api/prospects',
  'GET /api/campaigns',
  'POST /api/campaigns',
  'GET /api/conversations',
  'POST /api/conversations',
  'GET /api/appointments',
  'POST /api/appointments',
  'GET /api/handoffs',
  'POST /api/handoffs',
  'POST /api/handoffs/from-appointment',
  'POST /api/integrations',
  // The contract adds what reads and changes every table of the document:
  'GET /api/users',
  'GET /api/users/:id',
  'PATCH /api/users/:id',
  'GET /api/prospects/:id',
  'PUT /api/prospects/:id',
  'DELETE /api/prospects/:id',
  'GET /api/prospects/:id/qualification-scores',
  'POST /api/prospects/:id/qualification-scores',
  'GET /api/campaigns/:id',
  'PUT /api/campaigns/:id',
  'GET /api/campaigns/:id/runs',
  'GET /api/campaigns/:id/queued-leads',
  'POST /api/campaigns/:id/queued-leads',
  'GET /api/conversations/live',
  'GET /api/conversations/:id',
  'PUT /api/conversations/:id',
  'GET /api/conversations/:id/messages',
  'POST /api/conversations/:id/messages',
  'PATCH /api/conversations/:id/messages/:messageId',
  'GET /api/conversations/:id/entities',
  'POST /api/conversations/:id/entities',
  'PATCH /api/conversations/:id/entities/:itemId',
  'DELETE /api/conversations/:id/entities/:itemId',
  'GET /api/conversations/:id/actions',
  'POST /api/conversations/:id/actions',
  'PATCH /api/conversations/:id/actions/:itemId',
  'DELETE /api/conversations/:id/actions/:itemId',
  'GET /api/conversations/:id/plan-steps',
  'POST /api/conversations/:id/plan-steps',
  'PATCH /api/conversations/:id/plan-steps/:itemId',
  'DELETE /api/conversations/:id/plan-steps/:itemId',
  'GET /api/conversations/:id/live',
  'PUT /api/conversations/:id/live',
  'GET /api/appointments/:id',
  'PUT /api/appointments/:id',
  'GET /api/handoffs/:id',
  'PUT /api/handoffs/:id',
  'POST /api/handoffs/:id/claim',
  'POST /api/handoffs/:id/complete',
  'GET /api/routing-rules',
  'POST /api/routing-rules',
  'GET /api/routing-rules/:id',
  'PUT /api/routing-rules/:id',
  'DELETE /api/routing-rules/:id',
]

/** The document's roles; the admin's colleagues. */
const roles = ['sales_manager', 'sales_rep', 'qa_supervisor', 'compliance_officer', 'operations'] as const
type Role = 'admin' | (typeof roles)[number]

testDocument(
  {
    name: 'Seed 004, property sales',
    open: ['GET /api/properties', 'GET /api/integrations', 'GET /api/test-db'],
    signedIn: ['POST /api/auth/signout', ...tables],
    withoutInput: ['POST /api/auth/signout', 'GET /api/test-db'],
    received: ['handoff:new', 'message:new', 'conversation:update', 'appointment:new'],
  },
  async ({ visitor, url, notes, step, signUp }) => {
    const data = async (status: number, call: Promise<Answer>) => {
      const body = await answered(status, call)
      assert.deepEqual(Object.keys(body), ['data'])
      return body.data
    }
    const stranger = await signUp({ name: 'Zed' })
    let owner: Person
    let team: Record<Role, Person>
    let live: Live
    let propertyId: string
    let prospectId: string
    let campaignId: string
    let conversationId: string
    let appointmentId: string
    let handoffId: string
    let ruleId: string

    await step('authentication: supabase-js signs up, in and out', async () => {
      const supabase = createSupabase(url, 'any-key', { auth: { persistSession: false, autoRefreshToken: false } })
      const credentials = { email: 'mona@example.com', password: 'correct horse battery' }
      const signedUp = await supabase.auth.signUp({ ...credentials, options: { data: { full_name: 'Mona Aziz' } } })
      assert.equal(signedUp.error, null)
      assert.equal((await supabase.auth.signOut()).error, null)
      const wrong = await supabase.auth.signInWithPassword({ ...credentials, password: 'wrong password' })
      assert.deepEqual([wrong.error?.status, wrong.error?.code], [400, 'invalid_credentials'])
      const { data: signedIn, error } = await supabase.auth.signInWithPassword(credentials)
      assert.equal(error, null)
      const { access_token: token } = signedIn.session!
      const { data: me } = await supabase.auth.getUser()
      assert.equal(me.user?.user_metadata.full_name, 'Mona Aziz')

      const mona = openFrontEnd(url, notes, token)
      const { workspace } = await answered(200, mona.get('/api/auth/me'))
      const id = signedIn.user!.id
      owner = { ...mona, ...credentials, id, token, workspaceId: workspace.id }
      // Signing up made the record of public.users.
      const [user] = await data(200, owner.get('/api/users'))
      assertShape(user, {
        id,
        name: 'Mona Aziz',
        email: credentials.email,
        role: 'owner',
        avatar: null,
        last_active: anInstant,
        status: 'active',
        created_at: anInstant,
        updated_at: anInstant,
      })

      const other = createSupabase(url, 'any-key', { auth: { persistSession: false, autoRefreshToken: false } })
      const second = await other.auth.signInWithPassword(credentials)
      const leaving = openFrontEnd(url, notes, second.data.session!.access_token)
      assertShape(await answered(200, leaving.post('/api/auth/signout')), { success: true, message: aText })
      await refused(401, leaving.get('/api/prospects'))
      assert.equal((await other.auth.getUser()).error?.status, 401)
    })

    await step('users: the team and its roles', async () => {
      const join = async (role: Role) => {
        const email = `${role}@example.com`
        const invited = await answered(
          201,
          owner.post(`/api/workspaces/${owner.workspaceId}/invitations`, { email, role }),
        )
        return signUp({ name: role, email, invitation_token: invited.token })
      }
      const [admin, ...others] = await Promise.all([join('admin'), ...roles.map(join)])
      team = { admin: admin!, ...Object.fromEntries(roles.map((role, i) => [role, others[i]!])) } as Record<
        Role,
        Person
      >
      const members: { id: string; role: string }[] = await data(200, team.admin.get('/api/users'))
      assert.deepEqual(members.map(({ role }) => role).toSorted(), [
        'admin',
        'compliance_officer',
        'operations',
        'owner',
        'qa_supervisor',
        'sales_manager',
        'sales_rep',
      ])
      await refused(400, owner.get('/api/users?limit=none'), 'query.limit')
      const rep = `/api/users/${team.sales_rep.id}`
      assertShape(await data(200, team.sales_rep.get(rep)), { name: 'sales_rep', role: 'sales_rep' })
      await refused(404, owner.get(`/api/users/${stranger.id}`))
      assertShape(await data(200, team.admin.patch(rep, { role: 'sales_manager' })), { role: 'sales_manager' })
      await data(200, team.admin.patch(rep, { role: 'sales_rep' }))
      await refused(400, team.admin.patch(rep, { role: 'pirate' }), 'body.role')
      await refused(403, team.sales_manager.patch(rep, { role: 'admin' }))
      await refused(404, team.admin.patch(`/api/users/${unknownId}`, { role: 'admin' }))
      // Everybody reads and changes what is their own.
      const own = `/api/profiles/${team.sales_rep.id}`
      assertShape(await answered(200, team.sales_rep.patch(own, { full_name: 'Sami' })), { full_name: 'Sami' })
      live = await team.sales_rep.listen()
    })

    await step('properties', async () => {
      const villa = {
        name: 'Palm Villa',
        city: 'Dubai',
        price_range: 'AED 2-3M',
        price: 2_400_000,
        currency: 'AED',
        bedrooms: 4,
        type: 'villa',
        status: 'available',
        image_url: 'https://cdn.example.com/villa.jpg',
        description: 'By the sea',
        features: ['pool', 'garden'],
      }
      const made = await data(201, owner.post('/api/properties', { ...villa, id: unknownId }))
      assertShape(made, { ...villa, id: anId, created_at: anInstant, updated_at: anInstant })
      assert.notEqual(made.id, unknownId)
      propertyId = made.id
      await refused(400, owner.post('/api/properties', { city: 'Dubai' }), 'body.name')
      await refused(400, owner.post('/api/properties', { ...villa, type: 'castle' }), 'body.type')
      await refused(400, owner.post('/api/properties', { ...villa, bedrooms: 'four' }), 'body.bedrooms')
      await refused(400, owner.post('/api/properties', { ...villa, features: 'pool' }), 'body.features')
      const flat = await data(
        201,
        owner.post('/api/properties', {
          name: 'Marina Flat',
          city: 'Abu Dhabi',
          type: 'apartment',
          status: 'reserved',
        }),
      )

      const found = async (query: string) =>
        (await data(200, owner.get(`/api/properties${query}`))).map(({ name }: { name: string }) => name)
      assert.deepEqual(await found(''), ['Marina Flat', 'Palm Villa'])
      assert.deepEqual(await found('?city=Dubai'), ['Palm Villa'])
      assert.deepEqual(await found('?status=reserved'), ['Marina Flat'])
      assert.deepEqual(await found('?type=villa&status=available'), ['Palm Villa'])
      assert.deepEqual(await found('?limit=1'), ['Marina Flat'])
      assert.deepEqual(await found('?q=sea'), ['Palm Villa'])
      const first = await owner.get('/api/properties?limit=1')
      const [, next] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
      assertShape(await data(200, owner.get(next!.replace(url, ''))), [{ id: propertyId }])
      await refused(400, owner.get('/api/properties?status=haunted'), 'query.status')
      await refused(400, owner.get('/api/properties?type=castle'), 'query.type')
      await refused(400, owner.get('/api/properties?limit=0'), 'query.limit')

      const path = `/api/properties/${propertyId}`
      assert.deepEqual(await data(200, owner.get(path)), made)
      await refused(404, owner.get(`/api/properties/${unknownId}`))
      await refused(404, owner.get('/api/properties/7'))
      assertShape(await data(200, owner.put(path, { bedrooms: 5 })), { ...villa, bedrooms: 5 })
      await refused(400, owner.put(path, { status: 'haunted' }), 'body.status')
      await refused(404, owner.put(`/api/properties/${unknownId}`, { bedrooms: 5 }))
      assert.deepEqual(await answered(200, owner.delete(`/api/properties/${flat.id}`)), { success: true })
      await refused(404, owner.delete(`/api/properties/${flat.id}`))
    })

    await step('routing rules', async () => {
      const rule = { name: 'Dubai', member_ids: [team.sales_rep.id], conditions: { city: ['Dubai'] } }
      const made = await data(201, team.sales_manager.post('/api/routing-rules', rule))
      assertShape(made, { id: anId, ...rule, active: true, position: aNumber, strategy: aText, created_at: anInstant })
      ruleId = made.id
      await refused(400, owner.post('/api/routing-rules', { name: 'Nobody' }), 'body.member_ids')
      await refused(400, owner.post('/api/routing-rules', { ...rule, member_ids: [stranger.id] }), 'body.member_ids')
      assertShape(await data(200, owner.get('/api/routing-rules')), [{ id: ruleId }])
      await refused(400, owner.get('/api/routing-rules?limit=0'), 'query.limit')
      const path = `/api/routing-rules/${ruleId}`
      assertShape(await data(200, owner.get(path)), rule)
      await refused(404, owner.get(`/api/routing-rules/${unknownId}`))
      assertShape(await data(200, owner.put(path, { position: 5 })), { ...rule, position: 5 })
      await refused(400, owner.put(path, { strategy: 'dice' }), 'body.strategy')
      const spare = await data(201, owner.post('/api/routing-rules', { ...rule, conditions: { city: ['Nowhere'] } }))
      assert.deepEqual(await answered(200, owner.delete(`/api/routing-rules/${spare.id}`)), { success: true })
      await refused(404, owner.delete(`/api/routing-rules/${spare.id}`))
    })

    await step('prospects', async () => {
      const omar = {
        name: 'Omar Haddad',
        email: 'omar@example.com',
        phone: '+971501234567',
        whatsapp: '+971501234568',
        budget: 'AED 2-3M',
        city: 'Dubai',
        timeline: 'within 2 months',
        preferred_channel: 'whatsapp',
      }
      const made = await data(201, team.sales_rep.post('/api/prospects', omar))
      assertShape(made, {
        ...omar,
        id: anId,
        status: 'new',
        assigned_to: team.sales_rep.id,
        assignment_reason: /Dubai/,
        budget_min: 2_000_000,
        budget_max: 3_000_000,
        budget_currency: 'AED',
        timeline_days: 60,
        created_at: anInstant,
        updated_at: anInstant,
      })
      prospectId = made.id
      await refused(400, owner.post('/api/prospects', { city: 'Dubai' }), 'body.name')
      await refused(400, owner.post('/api/prospects', { name: 'X', email: 'not an address' }), 'body.email')
      await refused(400, owner.post('/api/prospects', { name: 'X', status: 'bored' }), 'body.status')
      await refused(400, owner.post('/api/prospects', { name: 'X', assigned_to: stranger.id }), 'body.assigned_to')

      const lea = await data(201, owner.post('/api/prospects', { name: 'Lea', city: 'Paris', status: 'contacted' }))
      const found = async (query: string) =>
        (await data(200, owner.get(`/api/prospects?${query}`))).map(({ id }: { id: string }) => id)
      assert.deepEqual(await found(''), [lea.id, prospectId])
      assert.deepEqual(await found('status=contacted'), [lea.id])
      assert.deepEqual(await found('city=Dubai'), [prospectId])
      assert.deepEqual(await found(`assignedTo=${team.sales_rep.id}`), [prospectId])
      assert.deepEqual(await found('limit=1'), [lea.id])
      assert.deepEqual(await found('q=haddad'), [prospectId])
      await refused(400, owner.get('/api/prospects?status=bored'), 'query.status')
      await refused(400, owner.get('/api/prospects?assignedTo=me'), 'query.assignedTo')

      const path = `/api/prospects/${prospectId}`
      assertShape(await data(200, owner.get(path)), omar)
      await refused(404, owner.get(`/api/prospects/${unknownId}`))
      assertShape(await data(200, owner.put(path, { status: 'contacted', budget: '4M AED' })), {
        ...omar,
        status: 'contacted',
        budget: '4M AED',
        budget_max: 4_000_000,
      })
      await refused(400, owner.put(path, { status: 'bored' }), 'body.status')
      await refused(404, owner.put(`/api/prospects/${unknownId}`, { status: 'contacted' }))
      assert.deepEqual(await answered(200, owner.delete(`/api/prospects/${lea.id}`)), { success: true })
      await refused(404, owner.delete(`/api/prospects/${lea.id}`))

      const scores = `${path}/qualification-scores`
      const score = await data(201, owner.post(scores, { notes: 'Serious', budget: 25 }))
      assertShape(score, {
        id: anId,
        prospect_id: prospectId,
        total: aNumber,
        parts: { budget: { score: 25 } },
        notes: 'Serious',
      })
      await refused(400, owner.post(scores, { budget: 1000 }), 'body.budget')
      assertShape(await data(200, owner.get(scores)), [{ id: score.id }])
      await refused(404, owner.get(`/api/prospects/${unknownId}/qualification-scores`))
    })

    await step('campaigns', async () => {
      const made = await data(
        201,
        team.sales_manager.post('/api/campaigns', {
          name: 'Villas',
          segment: 'Families',
          channels: ['whatsapp', 'email'],
        }),
      )
      assertShape(made, {
        id: anId,
        name: 'Villas',
        segment: 'Families',
        status: 'draft',
        channels: ['whatsapp', 'email'],
        attempts: 0,
        connect_rate: 0,
        booked_appointments: 0,
        created_by: team.sales_manager.id,
        created_at: anInstant,
        updated_at: anInstant,
      })
      campaignId = made.id
      await refused(400, owner.post('/api/campaigns', { segment: 'Families' }))
      await refused(400, owner.post('/api/campaigns', { name: 'V', channels: ['pigeon'] }), 'body.channels[0]')
      assertShape(await data(200, owner.get('/api/campaigns')), [{ id: campaignId, status: 'draft' }])
      await refused(400, owner.get('/api/campaigns?cursor=nonsense'))
      const path = `/api/campaigns/${campaignId}`
      assertShape(await answered(200, owner.get(path)), { id: campaignId, name: 'Villas' })
      await refused(404, owner.get(`/api/campaigns/${unknownId}`))
      assertShape(await answered(200, owner.put(path, { name: 'Villas in spring' })), { name: 'Villas in spring' })
      await refused(400, owner.put(path, { channels: 'email' }), 'body.channels')

      assertShape(await answered(200, owner.get(`${path}/runs`)), { data: [], next_cursor: null })
      await refused(404, owner.get(`/api/campaigns/${unknownId}/runs`))
      const lead = await answered(201, team.sales_rep.post(`${path}/queued-leads`, { prospect_id: prospectId }))
      assertShape(lead, {
        id: anId,
        campaign_id: campaignId,
        prospect_id: prospectId,
        name: 'Omar Haddad',
        status: 'queued',
      })
      await refused(400, owner.post(`${path}/queued-leads`, {}), 'body.prospect_id')
      await refused(404, owner.post(`${path}/queued-leads`, { prospect_id: unknownId }))
      assertShape(await answered(200, owner.get(`${path}/queued-leads`)), {
        data: [{ prospect_id: prospectId }],
        next_cursor: null,
      })
      await refused(404, owner.get(`/api/campaigns/${unknownId}/queued-leads`))
    })

    await step('conversations', async () => {
      const talk = {
        prospect_id: prospectId,
        campaign_id: campaignId,
        timestamp: '2026-11-20T09:30:00.000Z',
        duration: 342,
        channel: 'phone',
        outcome: 'qualified',
        sentiment: 'positive',
        transcript: 'We look for a villa.',
        ai_confidence: 0.87,
        handoff_suggested: true,
      }
      const made = await data(201, team.sales_rep.post('/api/conversations', talk))
      assertShape(made, { ...talk, id: anId, prospect_name: 'Omar Haddad', message_count: 0, created_at: anInstant })
      conversationId = made.id
      await refused(400, owner.post('/api/conversations', { channel: 'phone' }), 'body.prospect_id')
      await refused(400, owner.post('/api/conversations', { ...talk, channel: 'pigeon' }), 'body.channel')
      await refused(400, owner.post('/api/conversations', { ...talk, ai_confidence: 87 }), 'body.ai_confidence')
      await refused(404, owner.post('/api/conversations', { ...talk, prospect_id: unknownId }))
      await refused(404, owner.post('/api/conversations', { ...talk, campaign_id: unknownId }))

      const count = async (query: string) => (await data(200, owner.get(`/api/conversations?${query}`))).length
      for (const query of [
        '',
        `prospectId=${prospectId}`,
        `campaignId=${campaignId}`,
        'channel=phone',
        'outcome=qualified',
        'from=2026-11-20&to=2026-11-21',
      ])
        assert.equal(await count(query), 1, query)
      for (const query of [
        `prospectId=${unknownId}`,
        'channel=sms',
        'outcome=voicemail',
        'from=2026-11-21',
        'to=2026-11-20',
      ])
        assert.equal(await count(query), 0, query)
      await refused(400, owner.get('/api/conversations?channel=pigeon'), 'query.channel')
      await refused(400, owner.get('/api/conversations?from=yesterday'), 'query.from')

      const path = `/api/conversations/${conversationId}`
      assertShape(await data(200, owner.get(path)), talk)
      await refused(404, owner.get(`/api/conversations/${unknownId}`))
      assertShape(await data(200, owner.put(path, { outcome: 'connected' })), { ...talk, outcome: 'connected' })
      await live.next('conversation:update', ({ id, outcome }) => id === conversationId && outcome === 'connected')
      await refused(400, owner.put(path, { sentiment: 'furious' }), 'body.sentiment')

      // transcript_messages
      const messages = `${path}/messages`
      const said = await data(201, owner.post(messages, { sender: 'customer', text: 'Fore bedrooms.' }))
      assertShape(said, {
        id: anId,
        conversation_id: conversationId,
        sender: 'customer',
        text: 'Fore bedrooms.',
        timestamp: anInstant,
      })
      await live.next('message:new', ({ id, sender }) => id === said.id && sender === 'user')
      await refused(400, owner.post(messages, { text: 'Who says so?' }), 'body.sender')
      assertShape(await data(200, owner.patch(`${messages}/${said.id}`, { text: 'Four bedrooms.' })), {
        text: 'Four bedrooms.',
      })
      await live.next('message:update', ({ id, text }) => id === said.id && text === 'Four bedrooms.')
      await refused(404, owner.patch(`${messages}/${unknownId}`, { text: 'x' }))
      assertShape(await data(200, owner.get(messages)), [{ id: said.id, text: 'Four bedrooms.' }])
      await refused(404, owner.get(`/api/conversations/${unknownId}/messages`))

      // detected_entities, agent_actions, agent_plan_steps
      for (const { name, body, change, bad, field } of [
        {
          name: 'entities',
          body: { type: 'bedrooms', value: '4', confidence: 0.9 },
          change: { value: '5' },
          bad: { type: 'bedrooms' },
          field: 'body.value',
        },
        {
          name: 'actions',
          body: { type: 'search', description: 'Looked for villas', details: { found: 7 } },
          change: { status: 'failed' },
          bad: { description: 'No type' },
          field: 'body.type',
        },
        {
          name: 'plan-steps',
          body: { description: 'Offer a visit', position: 1 },
          change: { status: 'completed' },
          bad: { position: 1 },
          field: 'body.description',
        },
      ]) {
        const list = `${path}/${name}`
        const item = await data(201, owner.post(list, body))
        assertShape(item, { id: anId, conversation_id: conversationId, ...body })
        await refused(400, owner.post(list, bad), field)
        assertShape(await data(200, owner.patch(`${list}/${item.id}`, change)), { ...body, ...change })
        await refused(404, owner.patch(`${list}/${unknownId}`, change))
        assertShape(await data(200, owner.get(list)), [{ id: item.id, ...change }])
        await refused(404, owner.get(`/api/conversations/${unknownId}/${name}`))
        const spare = await data(201, owner.post(list, body))
        assert.deepEqual(await answered(200, owner.delete(`${list}/${spare.id}`)), { success: true })
        await refused(404, owner.delete(`${list}/${spare.id}`))
      }

      // live_conversations
      await refused(404, owner.get(`${path}/live`))
      const state = { status: 'active', stage: 'qualification', next_action: 'Offer a visit' }
      assertShape(await data(200, owner.put(`${path}/live`, state)), { conversation_id: conversationId, ...state })
      await refused(400, owner.put(`${path}/live`, { status: 'asleep' }), 'body.status')
      assertShape(await data(200, owner.get(`${path}/live`)), state)
      assertShape(await data(200, owner.get('/api/conversations/live')), [{ conversation_id: conversationId }])
      await refused(400, owner.get('/api/conversations/live?limit=0'), 'query.limit')
    })

    await step('appointments', async () => {
      const visit = {
        prospect_id: prospectId,
        property_id: propertyId,
        assigned_rep_id: team.sales_rep.id,
        scheduled_date: '2040-05-04T10:00:00.000Z',
        location: 'Gate 2',
        notes: 'Brings his sister',
        source_channel: 'phone',
      }
      const made = await data(
        201,
        team.sales_rep.post('/api/appointments', { ...visit, conversation_id: conversationId }),
      )
      assertShape(made, {
        ...visit,
        id: anId,
        prospect_name: 'Omar Haddad',
        property_name: 'Palm Villa',
        assigned_rep_name: 'Sami',
        duration_minutes: 60,
        status: 'scheduled',
        created_at: anInstant,
        updated_at: anInstant,
      })
      await live.next('appointment:new', ({ appointment_id }) => appointment_id === made.id)
      appointmentId = made.id
      await refused(400, owner.post('/api/appointments', { prospect_id: prospectId }), 'body.scheduled_date')
      await refused(
        400,
        owner.post('/api/appointments', { ...visit, scheduled_date: 'tomorrow' }),
        'body.scheduled_date',
      )
      await refused(404, owner.post('/api/appointments', { ...visit, prospect_id: unknownId }))
      await refused(404, owner.post('/api/appointments', { ...visit, property_id: unknownId }))
      await refused(409, owner.post('/api/appointments', { ...visit, scheduled_date: '2040-05-04T10:59:00Z' }))

      const count = async (query: string) => (await data(200, owner.get(`/api/appointments?${query}`))).length
      for (const query of ['', `prospectId=${prospectId}`, `assignedRepId=${team.sales_rep.id}`, 'status=scheduled'])
        assert.equal(await count(query), 1, query)
      assert.equal(await count('status=cancelled'), 0)
      await refused(400, owner.get('/api/appointments?status=dreamt'), 'query.status')

      const path = `/api/appointments/${appointmentId}`
      assertShape(await data(200, owner.get(path)), visit)
      await refused(404, owner.get(`/api/appointments/${unknownId}`))
      const moved = await data(200, owner.put(path, { scheduled_date: '2040-05-05T10:00:00.000Z' }))
      assertShape(moved, { id: appointmentId, status: 'rescheduled', scheduled_date: '2040-05-05T10:00:00.000Z' })
      await refused(400, owner.put(path, { status: 'dreamt' }), 'body.status')
      const free = await data(201, owner.post('/api/appointments', visit))
      assertShape(await data(200, owner.put(`/api/appointments/${free.id}`, { status: 'cancelled' })), {
        status: 'cancelled',
      })
      await refused(409, owner.put(`/api/appointments/${free.id}`, { status: 'completed' }))
      assertShape(await data(200, owner.get(`/api/prospects/${prospectId}`)), { status: 'appointment_set' })
    })

    await step('handoffs', async () => {
      const made = await answered(201, owner.post('/api/handoffs/from-appointment', { appointmentId }))
      assertShape(made, {
        id: anId,
        conversation_id: conversationId,
        prospect_id: prospectId,
        prospect_name: 'Omar Haddad',
        prospect_phone: '+971501234567',
        prospect_email: 'omar@example.com',
        prospect_whatsapp: '+971501234568',
        timestamp: anInstant,
        priority: /^(high|medium|low)$/,
        reason: aText,
        summary: /Omar Haddad/,
        detected_needs: (list) => (list as string[]).length > 0,
        suggested_properties: ['Palm Villa'],
        suggestions: [
          { property_id: propertyId, name: 'Palm Villa', reasons: (list) => (list as string[]).length > 0 },
        ],
        qualification_score: { total: aNumber, parts: { budget: { score: aNumber } } },
        conversation_context: aText,
        next_steps: (list) => (list as string[]).length > 0,
        status: 'pending',
        claimed_by: null,
        claimed_at: null,
        source_channel: 'phone',
        suggested_follow_up_channel: 'whatsapp',
        expires_at: anInstant,
      })
      handoffId = made.id
      await live.next('handoff:new', ({ id, prospect_name }) => id === handoffId && prospect_name === 'Omar Haddad')
      await refused(400, owner.post('/api/handoffs/from-appointment', {}), 'body.appointmentId')
      await refused(404, owner.post('/api/handoffs/from-appointment', { appointmentId: unknownId }))

      const byHand = { prospect_id: prospectId, priority: 'low', reason: 'Wants a brochure', next_steps: ['Send it'] }
      assertShape(await answered(201, owner.post('/api/handoffs', byHand)), { ...byHand, status: 'pending' })
      await refused(400, owner.post('/api/handoffs', { priority: 'low' }), 'body.prospect_id')
      await refused(400, owner.post('/api/handoffs', { ...byHand, priority: 'urgent' }), 'body.priority')
      await refused(404, owner.post('/api/handoffs', { ...byHand, prospect_id: unknownId }))

      const path = `/api/handoffs/${handoffId}`
      assertShape(
        await data(200, owner.get('/api/handoffs?status=pending')),
        (list) => (list as unknown[]).length === 2,
      )
      await refused(400, owner.get('/api/handoffs?status=lost'), 'query.status')
      assert.deepEqual(await answered(200, owner.get(path)), made)
      await refused(404, owner.get(`/api/handoffs/${unknownId}`))
      assertShape(await answered(200, owner.put(path, { priority: 'high' })), { priority: 'high', reason: made.reason })
      await refused(400, owner.put(path, { priority: 'urgent' }), 'body.priority')

      await refused(409, owner.post(`${path}/complete`, {}))
      const claims = await Promise.all([team.sales_rep, team.sales_manager].map(({ post }) => post(`${path}/claim`)))
      assert.deepEqual(claims.map(({ status }) => status).toSorted(), [200, 409])
      const { body: claimed } = claims.find(({ status }) => status === 200)!
      assertShape(claimed, { status: 'claimed', claimed_by: anId, claimed_at: anInstant })
      await refused(409, owner.post(`${path}/claim`))
      const done = await answered(200, team.sales_manager.post(`${path}/complete`, { outcome: 'Offer made' }))
      assertShape(done, { status: 'completed', claimed_by: claimed.claimed_by, outcome: 'Offer made' })
      const late = await answered(201, owner.post('/api/handoffs', { ...byHand, expires_at: '2026-11-01T00:00:00Z' }))
      await refused(409, owner.post(`/api/handoffs/${late.id}/claim`))
    })

    await step('integrations, and what is public', async () => {
      const hubspot = { name: 'HubSpot', type: 'crm', status: 'connected' }
      const made = await data(201, team.operations.post('/api/integrations', { ...hubspot, token: 'pat-secret' }))
      assertShape(made, { id: anId, ...hubspot, last_sync: (value) => value === null || anInstant(value) })
      assertShape(await data(200, owner.post('/api/integrations', { ...hubspot, status: 'disconnected' })), {
        id: made.id,
        status: 'disconnected',
      })
      await refused(400, owner.post('/api/integrations', { type: 'crm' }), 'body.name')
      await refused(400, owner.post('/api/integrations', { name: 'X', type: 'abacus' }), 'body.type')
      const listed = await owner.get('/api/integrations')
      assertShape(listed.body.data, [{ id: made.id, name: 'HubSpot', type: 'crm' }])
      assert.doesNotMatch(listed.text, /pat-secret/)
      await refused(400, owner.get('/api/integrations?limit=0'), 'query.limit')

      // Nobody has said which workspace is public, so nothing is.
      assertShape(await answered(200, visitor.get('/api/properties')), { data: [] })
      assertShape(await answered(200, visitor.get('/api/integrations')), { data: [] })
      assert.deepEqual(await answered(200, visitor.get('/api/test-db')), {
        success: true,
        message: 'Database connection successful!',
        tables: { properties: { accessible: true, count: 0 }, integrations: { accessible: true, count: 0 } },
      })
    })

    const ids = () => ({
      users: team.sales_rep.id,
      properties: propertyId,
      prospects: prospectId,
      campaigns: campaignId,
      conversations: conversationId,
      appointments: appointmentId,
      handoffs: handoffId,
      'routing-rules': ruleId,
    })

    await step('another workspace sees and changes nothing of it', async () => {
      for (const endpoint of tables.filter((one) => one.includes('/:id')))
        await refused(404, call(stranger, endpoint, ids()))
      for (const endpoint of tables.filter(
        (one) => one.startsWith('GET') && !one.includes(':') && one !== 'GET /api/users',
      ))
        assertShape(await answered(200, call(stranger, endpoint, ids())), { data: [] })
    })

    await step('each role may do what its work needs, and no more', async () => {
      const all: Role[] = ['admin', ...roles]
      const but = (...without: Role[]) => all.filter((role) => !without.includes(role))
      const sellers: Role[] = ['admin', 'sales_manager', 'sales_rep']
      const table: [string, Role[]][] = [
        ['GET /api/users', all],
        ['PATCH /api/users/:id', ['admin']],
        ['GET /api/properties', all],
        ['PUT /api/properties/:id', sellers],
        ['GET /api/prospects', but('operations')],
        ['PUT /api/prospects/:id', sellers],
        ['GET /api/campaigns', all],
        ['PUT /api/campaigns/:id', ['admin', 'sales_manager', 'operations']],
        ['GET /api/conversations', but('operations')],
        ['GET /api/conversations/:id/messages', but('operations')],
        ['PUT /api/conversations/:id', sellers],
        ['POST /api/conversations/:id/reviews', ['admin', 'sales_manager', 'qa_supervisor']],
        ['POST /api/prospects/:id/qualification-scores', but('compliance_officer', 'operations')],
        ['GET /api/appointments', but('operations')],
        ['PUT /api/appointments/:id', sellers],
        ['GET /api/handoffs', but('operations')],
        ['PUT /api/handoffs/:id', sellers],
        ['GET /api/routing-rules', all],
        ['PUT /api/routing-rules/:id', ['admin', 'sales_manager']],
        ['POST /api/integrations', ['admin', 'operations']],
        ['GET /api/audit', ['admin', 'compliance_officer']],
        ['GET /api/do-not-call', all],
        ['POST /api/do-not-call', [...sellers, 'compliance_officer']],
      ]
      for (const [endpoint, allowed] of table)
        for (const role of all) {
          const { status, text } = await call(team[role], endpoint, ids())
          if (allowed.includes(role))
            assert.ok(status < 300 || status === 409, `${role} ${endpoint}: ${status} ${text}`)
          else assert.equal(status, 403, `${role} ${endpoint}: ${text}`)
        }
      live[Symbol.dispose]()
    })
  },
)

/** Bodies that are good, so that nothing but the caller is wrong with a call. */
const bodies: Record<string, object> = {
  'POST /api/do-not-call': { phone_number: '+971501110000' },
  'POST /api/integrations': { name: 'HubSpot', type: 'crm' },
  'PATCH /api/users/:id': { role: 'sales_rep' },
  'POST /api/conversations/:id/messages': { sender: 'customer', text: 'Hello' },
  'POST /api/conversations/:id/entities': { type: 'city', value: 'Dubai' },
  'POST /api/conversations/:id/actions': { type: 'search' },
  'POST /api/conversations/:id/plan-steps': { description: 'Ask' },
  'POST /api/conversations/:id/reviews': { note: 'Well done' },
}

function call(frontEnd: FrontEnd, endpoint: string, ids: Record<string, string>): Promise<Answer> {
  const [method, template] = endpoint.split(' ') as [string, string]
  const path = template
    .replace(/([\w-]+)\/:id\b/, (_, kind: string) => `${kind}/${ids[kind]}`)
    .replace(/:\w+/, unknownId)
  if (method === 'GET') return frontEnd.get(path)
  const body = endpoint.includes('queued-leads') ? { prospect_id: ids.prospects } : (bodies[endpoint] ?? {})
  return frontEnd[method.toLowerCase() as 'post' | 'put' | 'patch' | 'delete'](path, body)
}
