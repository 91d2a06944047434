import { after, test } from 'node:test'
import { createVoiceProcess } from '@switchboard/voice'
import { startTestServer } from '../server/test/server.ts'
import { callingDay } from './calling.ts'
import { chatDay } from './chat.ts'
import { receptionistDay } from './receptionist.ts'
import { salesDay } from './sales.ts'
import { shopDay } from './shop.ts'

// Each example checks its own facts and throws when one is not so. All days are the same day, on one server.

const rtpPorts = { from: 26_000, to: 26_399 }
const voice = await createVoiceProcess({
  engine: { sip: { host: '127.0.0.1', port: 0 }, rtpPorts, allowPrivate: true },
})
const server = await startTestServer({}, voice)
after(() => voice.close())

for (const day of [callingDay, chatDay, receptionistDay, salesDay, shopDay]) test(day.name, () => day(server.url))
