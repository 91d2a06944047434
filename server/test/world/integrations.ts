import type { Fixture } from '../world.ts'

export const create: Fixture = async () => ({ integrations: 'facebook', webhook: 'facebook' })
