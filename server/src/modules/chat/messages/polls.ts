import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, invalidField, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { PollChanged } from '../events.ts'
import { blockedSentence, inBlockedDm, pollJson, unexpired } from './row.ts'
import type { Message, NewPoll, Poll } from './schema.ts'

interface Insert {
  id: string
  message_id: string
  chat_id: string
  question: string
  options: string
  multiple: boolean
  anonymous: boolean
  closes_at: string | null
}
const insert = statement(
  'chat.polls.insert',
  (_, p: Insert) => sql<{ poll: Poll }>`
    with p as (
      insert into chat.polls (id, message_id, chat_id, question, options, multiple, anonymous, closes_at)
      values (${p.id}, ${p.message_id}, ${p.chat_id}, ${p.question}, ${p.options}::jsonb, ${p.multiple}, ${p.anonymous},
              ${p.closes_at})
      returning *
    )
    select ${pollJson} as poll from p`,
)

/** Inserts the poll of a message that was just inserted. */
export async function insertPoll(
  ctx: Ctx,
  message: Pick<Message, 'id' | 'chat_id'>,
  { question, options, multiple, anonymous, closes_at }: Omit<NewPoll, 'chat_id'>,
): Promise<Poll> {
  const { poll } = await ctx.db.one(insert, {
    id: newId(),
    message_id: message.id,
    chat_id: message.chat_id,
    question,
    options: JSON.stringify(options.map((text) => ({ id: newId(), text }))),
    multiple,
    anonymous,
    closes_at: closes_at ?? null,
  })
  return poll
}

export function requireOpenUntil(closesAt: string | undefined, path: string): void {
  if (closesAt !== undefined && Date.parse(closesAt) <= Date.now()) throw invalidField(path, 'Must be in the future.')
}

// Concurrent votes in one poll wait for each other, so that each event has the right count.
const lock = statement(
  'chat.polls.lock',
  (_, p: { id: string }) => sql<{ option_ids: string[]; multiple: boolean; closed: boolean; blocked: boolean }>`
    select array(select o ->> 'id' from jsonb_array_elements(p.options) o) as option_ids, p.multiple,
           coalesce(p.closes_at <= clock_timestamp(), false) as closed, ${inBlockedDm} as blocked
      from chat.polls p join chat.messages m on m.id = p.message_id and ${unexpired}
     where p.id = ${p.id} for no key update of p`,
)
const castBallot = statement(
  'chat.ballots.cast',
  (_, p: { poll_id: string; option_ids: string[] }) => sql`
    insert into chat.ballots as b (poll_id, chat_id, option_ids)
    select p.id, p.chat_id, ${p.option_ids}::uuid[] from chat.polls p where p.id = ${p.poll_id}
    on conflict (poll_id, user_id) do update set option_ids = excluded.option_ids, voted_at = now()`,
)
const find = statement(
  'chat.polls.find',
  (_, p: { id: string }) => sql<{ poll: Poll }>`
    select ${pollJson} as poll from chat.polls p
     where p.id = ${p.id} and exists (select from chat.messages m where m.id = p.message_id and ${unexpired})`,
)

/**
 * Replaces the earlier vote of the caller; an empty list removes it. Throws 404, 400, 403 in a blocked dm, or 409
 * `poll_closed`.
 */
export async function castVote(ctx: Ctx, pollId: string, optionIds: string[]) {
  const poll = (await ctx.db.maybe(lock, { id: pollId })) ?? missing('poll')
  if (poll.blocked) throw forbidden(blockedSentence)
  if (poll.closed) throw conflict('poll_closed', 'This poll is closed.')
  const chosen = [...new Set(optionIds.map((id) => id.toLowerCase()))]
  if (chosen.some((id) => !poll.option_ids.includes(id))) {
    throw invalidField('body.option_ids', 'One of these ids is not an option of this poll.')
  }
  if (chosen.length > 1 && !poll.multiple) throw invalidField('body.option_ids', 'This poll takes one option.')
  const [, found] = await ctx.db.together([
    castBallot.call({ poll_id: pollId, option_ids: chosen }),
    find.call({ id: pollId }),
  ])
  const changed = only(found).poll
  emit(ctx, PollChanged, changed)
  return { ...changed, my_option_ids: chosen }
}

const findMine = statement(
  'chat.ballots.find_mine',
  (_, p: { poll_id: string }) => sql<{ option_ids: string[] }>`
    select option_ids from chat.ballots where poll_id = ${p.poll_id} and user_id = app.user_id()`,
)

export async function getPoll(ctx: Ctx, id: string) {
  const [[found], [mine]] = await ctx.db.together([find.call({ id }), findMine.call({ poll_id: id })])
  return { ...(found ?? missing('poll')).poll, my_option_ids: mine?.option_ids ?? [] }
}
