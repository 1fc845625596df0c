/// A step that has committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A registration began, or a decoy.
    Registered,
    /// Another activation code was requested.
    CodeRequestedAgain,
    /// The registration became a user.
    Activated,
    /// A password opened a session.
    SignedIn,
    /// A user ended the session that they used.
    SignedOut,
    /// A user ended another one of their sessions.
    SessionEnded,
    /// A user ended all their other sessions.
    OtherSessionsEnded,
    /// A reset began, also if the address has no user.
    PasswordResetRequested,
    /// A code replaced the password.
    PasswordReset,
    /// A user replaced the password.
    PasswordChanged,
    /// A change of the address began, or a decoy.
    EmailChangeRequested,
    /// A code replaced the address.
    EmailChanged,
    /// A user deleted the account.
    Deleted,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 13] = [
        Self::Registered,
        Self::CodeRequestedAgain,
        Self::Activated,
        Self::SignedIn,
        Self::SignedOut,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::PasswordResetRequested,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::Deleted,
    ];

    /// Its name in the log and the metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::CodeRequestedAgain => "code_requested_again",
            Self::Activated => "activated",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::OtherSessionsEnded => "other_sessions_ended",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::Deleted => "deleted",
        }
    }
}
