import { createSalesWorld } from '../sales-world.ts'
import type { Fixture } from '../world.ts'

export const create: Fixture = ({ owner, canary, ids }) => createSalesWorld(owner, canary, ids.campaigns as string)
