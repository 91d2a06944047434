export const prospectStatuses = ['new', 'contacted', 'qualified', 'appointment_set', 'closed', 'lost'] as const
export type ProspectStatus = (typeof prospectStatuses)[number]

/** The allowed next statuses of a prospect. No prospect becomes `new` again. `closed` and `lost` can be reopened. */
export const prospectTransitions: Record<ProspectStatus, readonly ProspectStatus[]> = {
  new: ['contacted', 'qualified', 'appointment_set', 'closed', 'lost'],
  contacted: ['qualified', 'appointment_set', 'closed', 'lost'],
  qualified: ['contacted', 'appointment_set', 'closed', 'lost'],
  appointment_set: ['contacted', 'qualified', 'closed', 'lost'],
  closed: ['contacted', 'qualified'],
  lost: ['contacted', 'qualified'],
}

export const appointmentStatuses = ['scheduled', 'rescheduled', 'completed', 'no_show', 'cancelled'] as const
export type AppointmentStatus = (typeof appointmentStatuses)[number]

/** `completed` and `no_show` can be corrected. A missed appointment can be rescheduled. `cancelled` is final. */
export const appointmentTransitions: Record<AppointmentStatus, readonly AppointmentStatus[]> = {
  scheduled: ['rescheduled', 'completed', 'no_show', 'cancelled'],
  rescheduled: ['rescheduled', 'completed', 'no_show', 'cancelled'],
  completed: ['no_show'],
  no_show: ['completed', 'rescheduled', 'cancelled'],
  cancelled: [],
}

export const handoffStatuses = ['pending', 'claimed', 'completed', 'expired'] as const
export type HandoffStatus = (typeof handoffStatuses)[number]
export type HandoffAction = 'claim' | 'release' | 'complete' | 'expire'

export const handoffTransitions: Record<HandoffStatus, Partial<Record<HandoffAction, HandoffStatus>>> = {
  pending: { claim: 'claimed', expire: 'expired' },
  claimed: { release: 'pending', complete: 'completed' },
  completed: {},
  expired: {},
}
