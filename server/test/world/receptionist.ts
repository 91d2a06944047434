import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ canary, make }) => {
  const client = await make('/api/clients', { name: canary, profession: canary, system_prompt: canary })
  const call = await make('/api/calls', {
    client_id: client.id,
    caller_name: canary,
    transcript: canary,
    caller_phone: '+15554441111',
  })
  const knowledge = await make(`/api/clients/${client.id}/knowledge`, { title: canary, content: canary })
  return {
    clients: String(client.id),
    client: String(client.id),
    calls: String(call.id),
    knowledge: String(knowledge.id),
  }
}
