import { createChatWorld } from '../chat-world.ts'
import type { Fixture } from '../world.ts'

export const create: Fixture = ({ owner, canary }) => createChatWorld(owner, canary)
