import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ owner, canary, make }) => {
  const report = await make('/api/reports', { subject_type: 'user', subject_id: owner.userId, reason: canary })
  return { reports: String(report.id) }
}
