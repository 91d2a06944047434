/** Our server as production composes it, configured by the environment. Prints its port when it is ready. */
import { createApp } from '../../server/src/app.ts'
import { readConfig } from '../../server/src/config.ts'
import { createLog } from '../../server/src/platform/log.ts'

const config = readConfig(process.env)
const app = await createApp({ config, log: createLog(config.logLevel) })
const port = Number(new URL(await app.listen()).port)
await app.work()
process.send?.({ ports: { ours: port } })
process.on('disconnect', () => void app.close().then(() => process.exit()))
