import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { VoiceGateway } from '@switchboard/voice'
import { openCampaignSimulation } from '../../../test/campaign-simulation/simulation.ts'
import { createTelephony } from './voice.ts'

const simulation = await openCampaignSimulation()

/** A gateway whose trunks to hosts that begin with `stuck` are never done opening or closing. */
function gatewayThatHangs() {
  const open = new Set<string>()
  const hanging = new Set<string>()
  const gateway: Pick<VoiceGateway, 'upsertTrunk' | 'removeTrunk' | 'trunkState'> = {
    async upsertTrunk({ id, host }) {
      if (host.startsWith('stuck')) hanging.add(id)
      open.add(id)
    },
    async removeTrunk(id) {
      if (hanging.has(id)) await new Promise(() => {})
      open.delete(id)
    },
    trunkState: async () => ({ state: 'ready' }),
  }
  return { gateway: gateway as VoiceGateway, open, hanging }
}

async function providersAt(hosts: string[]): Promise<string[]> {
  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace([])
  await simulation.query('update telephony.sip_providers set host = $2 where id = $1', [shop.providerId, hosts[0]])
  const more = await simulation.query(
    `insert into telephony.sip_providers (id, workspace_id, user_id, name, host, port, username, password_sealed, active)
     select gen_random_uuid(), p.workspace_id, p.user_id, p.name, other.host, p.port, p.username, p.password_sealed, true
       from telephony.sip_providers p, unnest($2::text[]) other (host) where p.id = $1 returning id`,
    [shop.providerId, hosts.slice(1)],
  )
  // A password is sealed for its own row.
  for (const { id } of more as unknown as { id: string }[]) {
    await simulation.query('update telephony.sip_providers set password_sealed = $2 where id = $1', [
      id,
      simulation.services.secrets.seal('secret', `telephony.sip_providers/password/${id}`),
    ])
  }
  return [shop.providerId, ...(more as unknown as { id: string }[]).map(({ id }) => id)]
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !holds(); await sleep(5))
    if (performance.now() > end) assert.fail(`${what} has not come about within 20 s.`)
}

test('a trunk that waits for its carrier delays neither the lease nor the other trunks', async () => {
  const [stuck, fine] = (await providersAt(['stuck.example.com', 'fine.example.com'])) as [string, string]
  const { gateway, open } = gatewayThatHangs()
  const telephony = createTelephony(simulation.services, gateway, { leaseMs: 5_000, heartbeatMs: 20, sole: false })
  await telephony.start()
  await until('Both trunks', () => telephony.trunks().size === 2)
  await simulation.query('update telephony.sip_providers set active = false where id = $1', [stuck])
  await until('The end of the stuck trunk', () => !telephony.trunks().has(stuck))
  // Its carrier never confirms. What comes after goes on: the other one is closed and opened again.
  await simulation.query('update telephony.sip_providers set active = false where id = $1', [fine])
  await until('The end of the other trunk', () => !open.has(fine))
  await simulation.query('update telephony.sip_providers set active = true where id = $1', [fine])
  await until('The other trunk', () => open.has(fine) && telephony.trunks().has(fine))
  assert.ok(telephony.mayDial())
  // Nor is it waited for when the server stops.
  await telephony.stop()
})
