import { type Frame, jsonFrames } from '../../platform/sockets/frame-codec.ts'
import { toConversationHead, toMessage, toSubmission } from './records.ts'

/** The data of the frames that have other fields for the front-end. */
const dataOf: Readonly<Record<string, (data: unknown) => object>> = {
  'message:new': toMessage,
  'message:update': toMessage,
  'conversation:update': toConversationHead,
  'order:update': (order) => toSubmission(order),
}

/** The frames at `/compat/shop/ws`: `{ event, data }` as at `/ws`, with the data in the front-end's words. */
export const shopFrames = jsonFrames({
  example: '{ "event": "ping", "data": {} }',
  read: ({ event, data }) => ({ event, data }),
  write: ({ event, data, ...frame }: Frame) => ({
    ...frame,
    event,
    data: Object.hasOwn(dataOf, event) ? dataOf[event]?.(data) : data,
  }),
})
