/** The gauge by which the SDK tells when a toggle was last answered, in seconds since 1970; labels `toggle` and `answer`. */
export const LAST_EVALUATION = 'rollout_toggle_last_evaluation_timestamp_seconds'
