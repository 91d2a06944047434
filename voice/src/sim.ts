/**
 * Test doubles of the voice layer: a gateway and a clock in memory, and callees that behave as a test says. Tests,
 * measurements and the demo import them; the server does not.
 */
export { createSimGateway } from './sim/gateway.ts'
export type { SimGateway, SimOptions } from './sim/gateway.ts'
export { createVirtualClock } from './sim/virtual-clock.ts'
export type { VirtualClock, VirtualClockOptions } from './sim/virtual-clock.ts'

export { answers, busy, noAnswer, notFound, rejects, unreachable } from './callee.ts'
export type { CalleeBehaviour, CarriedCall, PlacedCall, PlacedCallState } from './callee.ts'
