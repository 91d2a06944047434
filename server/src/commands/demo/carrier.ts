import { once } from 'node:events'
import { createLoopbackCarrier } from '@switchboard/voice/loopback-carrier'
import { behaviourOf } from './people.ts'

/** The telephone company, in a process of its own. Tells its port, and on request which numbers were dialled. */
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
