import { event } from '../../platform/events.ts'
import { chatTopic } from '../chat/events.ts'
import { type VideoCall, videoCall } from './schema.ts'

/** The call of a chat is published to its members, that of a room without a chat to its participants. */
const audienceTopics = ({ chat_id, participants }: VideoCall) =>
  chat_id ? [chatTopic(chat_id)] : participants.map(({ user_id }) => `user:${user_id}`)

const about = (type: string, frameEvent: string) =>
  event(type, videoCall, { event: frameEvent, topics: audienceTopics })

export const CallRinging = about('video.call_ringing', 'call:ring')
export const CallAccepted = about('video.call_accepted', 'call:accepted')
export const CallDeclined = about('video.call_declined', 'call:declined')
export const CallMissed = about('video.call_missed', 'call:missed')
export const CallEnded = about('video.call_ended', 'call:ended')
/** A participant joined, declined or left, and the call goes on. */
export const CallChanged = about('video.call_changed', 'call:update')
