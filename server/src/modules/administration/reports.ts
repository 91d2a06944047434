import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import type { FindSubject, ReportSubject } from '../../platform/module.ts'
import { newId } from '../../platform/id.ts'
import { serverContext } from '../../platform/services.ts'
import { audited, hourlyLimit, requireAdmitted } from '../identity/index.ts'
import { asAdministrator } from './administrator.ts'
import type { HandledReport, NewReport, Report } from './schema.ts'

const reportsPerHour = 30

const findUser = statement(
  'administration.reports.find_user',
  (_, p: { id: string }) =>
    sql<ReportSubject>`select id as user_id, null as quote from identity.users where id = ${p.id}`,
)

const insert = statement(
  'administration.reports.insert',
  (
    _,
    p: {
      id: string
      subject_type: string
      subject_id: string
      reported_user_id: string | null
      quote: string | null
      reason: string
      details: string | null
    },
  ) => sql<Report>`
    insert into administration.reports
      (id, reporter_id, subject_type, subject_id, reported_user_id, quote, reason, details)
    values (${p.id}, app.user_id(), ${p.subject_type}, ${p.subject_id}, ${p.reported_user_id}, ${p.quote}, ${p.reason},
            ${p.details})
    on conflict (reporter_id, subject_type, subject_id) where status = 'open' do update
      set reason = excluded.reason, details = excluded.details
    returning id, subject_type, subject_id, reason, details, status, created_at`,
)

/**
 * Reports a user, or a message or chat that the caller can see, to the administrators. Another report of the same object
 * by the same user updates the open one. Throws 404, 429 after 30 in an hour.
 */
export async function createReport(
  ctx: Ctx,
  input: NewReport,
  find: Readonly<Record<string, FindSubject>>,
): Promise<Report> {
  const { subject_type, subject_id, reason, details = null } = input
  const { user_id } = await ctx.db.actor()
  const server = serverContext(ctx.services, { workspaceId: null, userId: user_id as string })
  const [admitted] = await server.db.together([hourlyLimit(`report:${user_id}`, reportsPerHour)])
  requireAdmitted(admitted, 'report something')
  const subject =
    subject_type === 'user'
      ? await server.db.maybe(findUser, { id: subject_id })
      : await find[subject_type]?.(ctx, subject_id)
  if (!subject) missing(subject_type)
  const { user_id: reported_user_id, quote } = subject
  return server.db.one(insert, { id: newId(), subject_type, subject_id, reported_user_id, quote, reason, details })
}

const person = (name: string) =>
  sql`case when ${sql.ref(`${name}.id`)} is not null then jsonb_build_object('id', ${sql.ref(`${name}.id`)},
    'name', coalesce(${sql.ref(`${name}.full_name`)}, ${sql.ref(`${name}.display_name`)}, ${sql.ref(`${name}.username`)}),
    'email', ${sql.ref(`${name}.email`)}) end`

const columns = sql`r.id, r.subject_type, r.subject_id, r.reason, r.details, r.status, r.created_at, r.quote, r.note,
  r.handled_by, r.handled_at, ${person('reporter')} as reporter, ${person('reported')} as reported_user`
const people = sql`join identity.users reporter on reporter.id = r.reporter_id
  left join identity.users reported on reported.id = r.reported_user_id`

const list = variants(
  'administration.reports.list',
  (_, p: { status: string | null; before: string | null; limit: number }, shape: { ofStatus: boolean }) =>
    sql<HandledReport>`
    select ${columns} from administration.reports r ${people}
     where r.id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
       ${shape.ofStatus ? sql`and r.status = ${p.status}` : sql``}
     order by r.id desc limit ${p.limit}`,
)

export async function listReports(
  ctx: Ctx,
  { status = null, limit, cursor }: { status?: Report['status'] | null | undefined; limit: number; cursor?: string },
) {
  const before = readCursor(cursor)
  const admin = await asAdministrator(ctx)
  const rows = await admin.db.all(list({ ofStatus: status !== null }), { status, before, limit: limit + 1 })
  return toPage(rows, limit)
}

const handle = statement(
  'administration.reports.handle',
  (_, p: { id: string; status: string; note: string | null }) => sql<HandledReport>`
    with r as (
      update administration.reports
         set status = ${p.status}, note = coalesce(${p.note}, note),
             handled_by = case when ${p.status} = 'open' then null else app.user_id() end,
             handled_at = case when ${p.status} = 'open' then null else now() end
       where id = ${p.id} returning *
    )
    select ${columns} from r ${people}`,
)

/** Closes or reopens a report. Throws 404, 409 when the same user has a newer open report of the same object. */
export async function handleReport(
  ctx: Ctx,
  id: string,
  { status, note = null }: { status: Report['status']; note?: string | null | undefined },
): Promise<HandledReport> {
  try {
    return await transaction(await asAdministrator(ctx), async (ctx) => {
      const report = (await ctx.db.maybe(handle, { id, status, note })) ?? missing('report')
      await ctx.db.together([audited({ action: `report.${status}`, target: `report:${id}` })])
      return report
    })
  } catch (error) {
    if (violates(error, 'reports_once')) {
      throw conflict('reported_again', 'The same user has reported this again. Handle the newer report.')
    }
    throw error
  }
}
