import { createShopWorld } from '../shop-world.ts'
import type { Fixture } from '../world.ts'

export const create: Fixture = ({ owner, canary, ids }) => createShopWorld(owner, canary, ids.contacts as string)
