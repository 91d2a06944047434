import { z } from 'zod'
import { job } from '../../platform/jobs.ts'
import { closeRoom, disconnect } from './provider.ts'

export const disconnectParticipant = job({
  name: 'video.disconnect_participant',
  input: z.object({ call_id: z.uuid(), user_id: z.uuid() }),
  timeoutSeconds: 30,
  concurrency: 2,
  run: ({ services }, { call_id, user_id }) => disconnect(services, call_id, user_id),
})

export const closeProviderRoom = job({
  name: 'video.close_room',
  input: z.object({ call_id: z.uuid() }),
  timeoutSeconds: 30,
  concurrency: 2,
  run: ({ services }, { call_id }) => closeRoom(services, call_id),
})
