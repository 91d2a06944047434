/** Names of the wizard of the calling front-end. */
export const wizardNames = {
  body: {
    'schedule.startDate': 'start_at',
    'schedule.maxConcurrentCalls': 'max_concurrent_calls',
    'schedule.startTime': 'calling_hours.start',
    'schedule.endTime': 'calling_hours.end',
  },
}

/** What it and the sales front-end send along, and the server sets: the id, the owner, the status and the counts. */
export const setByServer = {
  body: [
    'id',
    'user_id',
    'status',
    'progress',
    'createdAt',
    'totalCalls',
    'answeredCalls',
    'transferredCalls',
    'failedCalls',
    'greeting_file_name',
    'attempts',
    'connect_rate',
    'connectRate',
    'booked_appointments',
    'bookedAppointments',
    'created_by',
    'createdBy',
  ],
}
