import assert from 'node:assert/strict'
import { createClient } from '../client/src/index.ts'
import { signUp } from './people.ts'

/** A day of a receptionist: two businesses are answered for, an agent logs their calls, the owner looks at the figures. */
export async function receptionistDay(url: string): Promise<void> {
  using ana = await signUp(url, 'Ana')
  const dentist = await ana.api.createClient({
    body: {
      name: 'Silva Dental',
      phone_number: '+351210000000',
      profession: 'Dentist',
      voice_name: 'Clara',
      system_prompt: 'You answer for Silva Dental. Be brief and kind.',
    },
  })
  const plumber = await ana.api.createClient({ body: { name: 'Costa Plumbing', profession: 'Plumber' } })
  console.log(`Ana looks after ${dentist.name} and ${plumber.name}.`)

  await ana.api.addKnowledge({
    path: { id: dentist.id },
    body: { title: 'Opening hours', content: 'We are open Monday to Friday from nine to six. Closed in August.' },
  })
  await ana.api.addKnowledge({
    path: { id: dentist.id },
    body: { title: 'Prices', content: 'A check-up costs 40 euros, cleaning 60 euros.' },
  })

  // The agent is a program: its key may look things up and log calls, and nothing else.
  const { key } = await ana.api.createApiKey({
    body: { name: 'Agent on the office machine', scopes: ['clients:read', 'calls:read', 'calls:write'] },
  })
  const agent = createClient({ url, token: key })
  const { data: passages } = await agent.searchKnowledge({
    path: { id: dentist.id },
    query: { q: 'how much is a check-up' },
  })
  console.log(`A caller asks for prices. The agent reads: "${passages[0]?.text}"`)

  const call = {
    client_id: dentist.id,
    caller_phone: '+351912345678',
    caller_name: 'Rui Costa',
    transcript: 'Caller: How much is a check-up?\nAgent: Forty euros.',
    sentiment: 'positive' as const,
    success: true,
    duration_seconds: 45.5,
    stt_latency_ms: 150,
    llm_latency_ms: 300,
    tts_latency_ms: 200,
  }
  const logged = await agent.logCall({ body: call }, { idempotencyKey: 'call-1' })
  // The connection broke before the answer came; the agent cannot know and sends it again.
  const repeated = await agent.logCall({ body: call }, { idempotencyKey: 'call-1' })
  const live = await ana.receives<{ client_id: string }>('call:logged')
  console.log(`The agent logs the call, twice for safety; it counts once, and Ana sees it live.`)

  for (const sentiment of ['neutral', 'negative'] as const) {
    await agent.logCall({ body: { client_id: plumber.id, sentiment, success: false, duration_seconds: 30 } })
  }
  await ana.api.updateCall({ path: { id: logged.id }, body: { notes: 'Wants Friday afternoon.' } })

  const dashboard = await ana.api.getDashboard()
  const { data: perDay } = await ana.api.getCallsPerDay({ query: { days: 7 } })
  const { data: moods } = await ana.api.getSentiment()
  const ofDentist = await ana.api.getClientStatistics({ path: { id: dentist.id } })
  const { data: calls } = await ana.api.listCalls({ query: { client_id: dentist.id, page: 1, per_page: 10 } })
  console.log(`${dashboard.total_calls} calls, ${Math.round(100 * dashboard.success_rate)} % of them a success.`)

  await ana.api.deleteClient({ path: { id: plumber.id } })
  const { data: clients } = await ana.api.listClients()
  const refusal = await agent
    .createClient({ body: { name: 'Not for agents' } })
    .catch(({ status }: { status: number }) => status)
  console.log('Ana gives up the plumber; what was counted stays counted.')

  const facts = {
    knowledge: passages[0]?.title,
    loggedOnce: repeated.id === logged.id,
    heardOf: live.client_id,
    totals: [dashboard.total_clients, dashboard.total_calls, dashboard.avg_stt_latency_ms],
    days: [perDay.length, perDay.at(-1)?.calls],
    moods: Object.fromEntries(moods.map(({ sentiment, count }) => [sentiment, count])),
    dentist: [ofDentist.total_calls, ofDentist.success_rate],
    call: [calls.length, calls[0]?.caller_name, calls[0]?.notes, calls[0]?.duration_seconds],
    clients: clients.map(({ name }) => name),
    afterwards: (await ana.api.getDashboard()).total_calls,
    refusal,
  }
  assert.deepEqual(facts, {
    knowledge: 'Prices',
    loggedOnce: true,
    heardOf: dentist.id,
    totals: [2, 3, 150],
    days: [7, 3],
    moods: { positive: 1, neutral: 1, negative: 1 },
    dentist: [1, 1],
    call: [1, 'Rui Costa', 'Wants Friday afternoon.', 45.5],
    clients: ['Silva Dental'],
    afterwards: 3,
    refusal: 403,
  })
}

if (import.meta.main) await receptionistDay(process.argv[2] ?? 'http://127.0.0.1:3001')
