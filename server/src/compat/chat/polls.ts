import { z } from 'zod'
import { invalidField } from '../../platform/errors.ts'
import { id, instant, optional } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { succeeded } from './accounts.ts'
import { callerOf } from './messages.ts'
import { poll, toPoll } from './records.ts'

const exampleId = '0199ffff-ffff-7fff-bfff-ffffffffffff'
const yearMs = 366 * 24 * 60 * 60 * 1000

const onePoll = z.object({ success: succeeded, poll: poll.describe('The poll.') })

export const pollRequests: Record<string, Adapted> = {
  createPoll: adapt({
    operation: 'createPoll',
    body: z.object({
      chat_id: id.describe('The chat.'),
      question: z.string().describe('The question.'),
      options: z.array(z.string()).max(20).describe('The choices.'),
      anonymous: z.boolean().optional().describe('True when no one sees who voted for what.'),
      multiple: z.boolean().optional().describe('True when a member may choose more than one option.'),
      expires_in: optional(z.number().positive().max(yearMs)).describe('Milliseconds until voting ends.'),
      closes_at: optional(instant).describe('When voting ends.'),
    }),
    accepts: {
      body: { multipleVotes: 'multiple', multiple_votes: 'multiple', expiresAt: 'closes_at', expires_at: 'closes_at' },
    },
    example: { chat_id: exampleId, question: 'Lunch?', options: ['Soup', 'Salad'], anonymous: false, multiple: false },
    toRequest: ({ body: { expires_in, ...sent } }) => ({
      body: {
        ...sent,
        closes_at: expires_in === undefined ? sent.closes_at : new Date(Date.now() + expires_in).toISOString(),
      },
    }),
    response: onePoll,
    toResponse: (shown) => ({ success: true as const, poll: toPoll(shown) }),
  }),
  getPoll: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/polls/:id',
    access: 'user',
    summary: 'Get a poll with its results',
    operations: ['getPoll'],
    params: z.object({ id: id.describe('Id of the poll.') }),
    response: onePoll,
    async handler(call, { params }, ctx) {
      const shown = await call('getPoll', { params })
      const mine = { userId: await callerOf(ctx), optionIds: shown.my_option_ids }
      return { success: true as const, poll: toPoll(shown, mine) }
    },
  }),
  vote: composite({
    kind: 'nontransactional',
    method: 'PUT',
    path: '/api/polls',
    access: 'user',
    summary: 'Vote for one option; where several may be chosen, choose it too, or no longer',
    operations: ['getPoll', 'castVote'],
    body: z.object({
      poll_id: id.describe('The poll.'),
      option_id: optional(id).describe('The option.'),
      option_ids: optional(z.array(id).max(20)).describe('All chosen options, instead of one.'),
    }),
    example: { poll_id: exampleId, option_ids: [exampleId] },
    errors: [409],
    response: onePoll.extend({ message: z.string().describe('A message for the user.') }),
    async handler(call, { body: { poll_id, option_id, option_ids } }, ctx) {
      const chosen = option_ids ?? (await withOption(option_id))
      const shown = await call('castVote', { body: { poll_id, option_ids: chosen } })
      const mine = { userId: await callerOf(ctx), optionIds: shown.my_option_ids }
      return { success: true as const, message: 'Your vote is counted.', poll: toPoll(shown, mine) }

      async function withOption(option: string | undefined): Promise<string[]> {
        if (option === undefined) throw invalidField('body.option_id', 'Choose an option.')
        const { multiple, my_option_ids } = await call('getPoll', { params: { id: poll_id } })
        if (!multiple) return [option]
        const others = my_option_ids.filter((id: string) => id !== option)
        return others.length < my_option_ids.length ? others : [...others, option]
      }
    },
  }),
}
