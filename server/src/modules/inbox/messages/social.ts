import {
  accountOf,
  channels,
  needsAttention,
  type PlatformName,
  platformNames,
  platforms,
} from '../../integrations/index.ts'
import { publicAttachment } from '../attachments/attachment-url.ts'
import type { Channel } from './delivery.ts'

/** The channels of the social platforms to which a workspace is connected. */
export const socialChannels: readonly Channel[] = platformNames.map((name) => ({ name, send: sendBy(name) }))

function sendBy(platform: PlatformName): Channel['send'] {
  return async (ctx, conversation, message) => {
    const account = await accountOf(ctx, platform)
    if (!account || conversation.external_id === null) {
      return { status: 'failed', error: `This workspace is not connected to ${platforms[platform].name}.` }
    }
    const channel = channels[platform]
    const size = platform === 'instagram' ? Buffer.byteLength(message.text) : message.text.length
    if (size > channel.maxText) {
      const error = `${platforms[platform].name} accepts at most ${channel.maxText} characters in a message; this one has ${size}.`
      return { status: 'failed', error }
    }
    const sending = await channel.send(ctx, account, {
      id: message.id,
      thread: conversation.external_id,
      text: message.text,
      media: await publicAttachment(ctx, message.attachment),
    })
    if (sending.status === 'failed' && sending.tokenRefused) await needsAttention(ctx, platform, sending.error)
    return sending
  }
}
