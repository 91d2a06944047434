export type CallStatus = 'ringing' | 'accepted' | 'declined' | 'missed' | 'ended'
export type CallSignal = 'accept' | 'decline' | 'time_out' | 'cancel' | 'hang_up'

/** The status of a call after a signal. A signal that is not listed is refused. */
export const transitions: Record<CallStatus, Partial<Record<CallSignal, CallStatus>>> = {
  ringing: { accept: 'accepted', decline: 'declined', time_out: 'missed', cancel: 'missed', hang_up: 'ended' },
  accepted: { hang_up: 'ended', time_out: 'ended' },
  declined: {},
  missed: {},
  ended: {},
}
