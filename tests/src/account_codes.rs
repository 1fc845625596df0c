//! What a frontend sends to reset a password or to change an email address.

use serde_json::{Value, json};

use crate::client::{CODE_EMAIL, ERROR, USER};
use crate::{Answer, Client};

impl Client {
    /// Requests a code to reset the password.
    pub async fn request_password_reset(&self, email: &str) -> Answer {
        let query = format!(
            "mutation($input:RequestPasswordResetInput!){{requestPasswordReset(input:$input){{verificationToken \
             {CODE_EMAIL}}}}} {ERROR}"
        );
        self.send(&query, input(&json!({ "email": email }))).await
    }

    /// Replaces a forgotten password.
    pub async fn reset_password(&self, token: &str, code: &str, new_password: &str) -> Answer {
        let query = format!(
            "mutation($input:ResetPasswordInput!){{resetPassword(input:$input){{user{{{USER}}} \
             userErrors{{...E}}}}}} {ERROR}"
        );
        let values = json!({ "verificationToken": token, "code": code, "newPassword": new_password });
        self.send(&query, input(&values)).await
    }

    /// Requests a code for a new address.
    pub async fn request_email_change(&self, new_email: &str, password: &str) -> Answer {
        let query = format!(
            "mutation($input:RequestEmailChangeInput!){{requestEmailChange(input:$input){{verificationToken \
             {CODE_EMAIL}}}}} {ERROR}"
        );
        let values = json!({ "newEmail": new_email, "currentPassword": password });
        self.send(&query, input(&values)).await
    }

    /// Takes a new address into use.
    pub async fn confirm_email_change(&self, token: &str, code: &str) -> Answer {
        let query = format!(
            "mutation($input:ConfirmEmailChangeInput!){{confirmEmailChange(input:$input){{user{{{USER}}} \
             userErrors{{...E}}}}}} {ERROR}"
        );
        let values = json!({ "verificationToken": token, "code": code });
        self.send(&query, input(&values)).await
    }
}

fn input(values: &Value) -> Value {
    json!({ "input": values })
}
