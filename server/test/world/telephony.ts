import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ canary, make }) => {
  const provider = await make('/api/sip-providers', {
    name: canary,
    host: '127.0.0.1',
    port: 5999,
    username: canary,
    password: canary,
    active: false,
  })
  const transfer = await make('/api/transfer-numbers', {
    name: canary,
    phone_number: '+15554440000',
    description: canary,
  })
  return { 'sip-providers': String(provider.id), 'transfer-numbers': String(transfer.id) }
}
