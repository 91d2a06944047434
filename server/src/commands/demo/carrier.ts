import { once } from 'node:events'
import { createLoopbackCarrier } from '@switchboard/voice/loopback-carrier'
import { behaviourOf } from './people.ts'

/** The telephone company, in a process of its own. Sends its port to the parent and, on request, the numbers that were dialled. */
const [, , password] = process.argv
const carrier = await createLoopbackCarrier({
  host: '127.0.0.1',
  behaviour: behaviourOf,
  ...(password && { password }),
})
process.on('SIGINT', () => {})
process.on('message', () => process.send?.(carrier.carried.map(({ to }) => to)))
process.send?.(carrier.port)
await once(process, 'disconnect')
await carrier.close()
