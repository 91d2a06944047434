import { createPasskey } from './authenticator.ts'
import { createSalesWorld } from './sales-world.ts'
import { createChatWorld } from './chat-world.ts'
import type { SignedUp, TestServer } from './server.ts'
import { createShopWorld } from './shop-world.ts'
import { toneWav } from './tone.ts'

/** A workspace with one of everything, made through the API, every text in it bearing the canary. */
export interface World {
  owner: SignedUp
  canary: string
  apiKey: string
  /** By kind, as paths name them: `contacts`, `contact-lists`, …. */
  ids: Record<string, string>
}

let worlds = 0

export async function createWorld(server: TestServer): Promise<World> {
  const canary = `canary-${++worlds}-${Math.random().toString(36).slice(2)}`
  const owner = await server.signUp({ email: `${canary}@example.com` })
  const made = async (path: string, body: unknown) => {
    const answer = await owner.post(path, body)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body as Record<string, string>
  }
  const number = `+1555${String(2_000_000 + worlds).padStart(7, '0')}`
  await owner.patch(`/api/workspaces/${owner.workspaceId}`, { name: canary })
  await owner.patch(`/api/profiles/${owner.userId}`, { full_name: canary, company_name: canary })
  const contact = await made('/api/contacts', {
    first_name: canary,
    last_name: canary,
    phone_number: number,
    email: `${canary}@example.com`,
    notes: canary,
  })
  const list = await made('/api/contact-lists', { name: canary, description: canary })
  await made(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.id] })
  const entry = await made('/api/do-not-call', {
    phone_number: `+1555${String(3_000_000 + worlds).padStart(7, '0')}`,
    reason: canary,
  })
  const provider = await made('/api/sip-providers', {
    name: canary,
    host: '127.0.0.1',
    port: 5999,
    username: canary,
    password: canary,
    active: false,
  })
  const transfer = await made('/api/transfer-numbers', {
    name: canary,
    phone_number: '+15554440000',
    description: canary,
  })
  const greeting = await made('/api/greeting-files', form(toneWav(1), `${canary}.wav`))
  const imported = await made(
    `/api/contact-lists/${list.id}/import`,
    form(Buffer.from(`first_name,phone\n${canary},nonsense\n`), `${canary}.csv`),
  )
  const campaign = await made('/api/campaigns', {
    title: canary,
    description: canary,
    contact_list_id: list.id,
    sip_provider_id: provider.id,
    greeting_file_id: greeting.id,
    transfer_number: '+15554440000',
  })
  const client = await made('/api/clients', { name: canary, profession: canary, system_prompt: canary })
  const call = await made('/api/calls', {
    client_id: client.id,
    caller_name: canary,
    transcript: canary,
    caller_phone: '+15554441111',
  })
  const knowledge = await made(`/api/clients/${client.id}/knowledge`, { title: canary, content: canary })
  const invitation = await made(`/api/workspaces/${owner.workspaceId}/invitations`, {
    email: `${canary}.guest@example.com`,
    role: 'agent',
  })
  const key = await made('/api/api-keys', {
    name: canary,
    scopes: [
      'contacts:read',
      'contacts:write',
      'campaigns:read',
      'campaigns:write',
      'telephony:read',
      'telephony:write',
      'files:read',
      'files:write',
      'contact-lists:read',
      'do-not-call:read',
      'workspace:read',
      'members:read',
    ],
  })
  await made('/api/subscriptions', { plan_id: 'pro' })
  const { options } = await made('/api/auth/two-factor/passkeys/options', { password: owner.password })
  const passkey = await made('/api/auth/two-factor/passkeys', {
    name: canary,
    response: createPasskey('http://localhost:3001', 'localhost').create(options as unknown as { challenge: string }),
  })
  const { body: invoices } = await owner.get('/api/invoices')
  const report = await made('/api/reports', { subject_type: 'user', subject_id: owner.userId, reason: canary })
  const { body: sessions } = await owner.get('/api/auth/sessions')
  const fileId = /\/api\/files\/([^/]+)\//.exec(String(greeting.url))?.[1] ?? ''
  const signed = await made(`/api/files/${fileId}/signed-url`, {})
  return {
    owner,
    canary,
    apiKey: String(key.key),
    ids: {
      contacts: String(contact.id),
      'contact-lists': String(list.id),
      imports: String(imported.id),
      'do-not-call': String(entry.id),
      'sip-providers': String(provider.id),
      'transfer-numbers': String(transfer.id),
      'greeting-files': String(greeting.id),
      'greeting-file-urls': String(greeting.url),
      files: fileId,
      'signed-files': /signed-files\/([^/]+)\//.exec(String(signed.url))?.[1] ?? '',
      campaigns: String(campaign.id),
      ...(await createSalesWorld(owner, canary, String(campaign.id))),
      ...(await createChatWorld(owner, canary)),
      ...(await createShopWorld(owner, canary, String(contact.id))),
      clients: String(client.id),
      client: String(client.id),
      calls: String(call.id),
      knowledge: String(knowledge.id),
      workspaces: owner.workspaceId,
      invitations: String(invitation.id),
      'api-keys': String(key.id),
      passkeys: String(passkey.id),
      sessions: String((sessions.data ?? sessions)[0].id),
      members: owner.userId,
      users: owner.userId,
      reports: String(report.id),
      profiles: owner.userId,
      subscriptions: owner.userId,
      invoices: String(invoices.data[0].id),
      'call-count': owner.userId,
      integrations: 'facebook',
      webhook: 'facebook',
      oauth: 'github',
    },
  }
}

function form(content: Buffer, filename: string): FormData {
  const data = new FormData()
  data.set('file', new File([new Uint8Array(content)], filename))
  return data
}
