use clap::ValueEnum;

use crate::locale::Locale;

/// What an email says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// The code that activates an account.
    ActivationCode,
    /// Somebody registered an address that has an account.
    AccountExists,
    /// The code that resets a password.
    PasswordResetCode,
    /// Somebody wanted to reset the password, but the account was created or changed before this email was sent.
    PasswordResetEnded,
    /// Somebody wants to reset the password of an address that has no account.
    NoAccount,
    /// The code that confirms a new address.
    EmailChangeCode,
    /// Somebody wants to change their address to one that has an account.
    EmailTaken,
    /// The password was changed or reset.
    PasswordChanged,
    /// To the current address: a change to another one was requested.
    EmailChangeRequested,
    /// To the former address: the account uses another one now.
    EmailChanged,
    /// The account was deleted.
    AccountDeleted,
}

macro_rules! files {
    ($($kind:ident $name:literal)*) => {
        /// The name, as in the names of files.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                $(Self::$kind => $name,)*
            }
        }

        /// The built-in words.
        pub(super) const fn words(self, locale: Locale) -> &'static str {
            match (self, locale) {
                $(
                    (Self::$kind, Locale::En) => include_str!(concat!("../templates/", $name, ".en.jinja")),
                    (Self::$kind, Locale::De) => include_str!(concat!("../templates/", $name, ".de.jinja")),
                    (Self::$kind, Locale::Fr) => include_str!(concat!("../templates/", $name, ".fr.jinja")),
                    (Self::$kind, Locale::Es) => include_str!(concat!("../templates/", $name, ".es.jinja")),
                )*
            }
        }
    };
}

impl Kind {
    files! {
        ActivationCode "activation_code"
        AccountExists "account_exists"
        PasswordResetCode "password_reset_code"
        PasswordResetEnded "password_reset_ended"
        NoAccount "no_account"
        EmailChangeCode "email_change_code"
        EmailTaken "email_taken"
        PasswordChanged "password_changed"
        EmailChangeRequested "email_change_requested"
        EmailChanged "email_changed"
        AccountDeleted "account_deleted"
    }

    /// Every kind.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Whether the email carries a code.
    #[must_use]
    pub const fn has_code(self) -> bool {
        matches!(
            self,
            Self::ActivationCode | Self::PasswordResetCode | Self::EmailChangeCode
        )
    }

    /// The name of the file with the words in a language.
    pub(super) fn file(self, locale: Locale) -> String {
        format!("{}.{}.jinja", self.name(), locale.tag())
    }
}
